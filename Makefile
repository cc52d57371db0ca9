# Dependencies are installed the first time, and again only when pyproject.toml changes. Recipes are plain sh for GNU
# make 3.81, the version of macOS.

# Pythons with wheels of python-rtmidi come before the newest one.
PYTHONS = python3.12 python3.11 python3.13 python3
BIN = .venv/bin

# libxi6: SDL loads it at run time, and without it sees no finger.
PLAY_PACKAGES = libportaudio2 libxi6
TEST_PACKAGES = $(PLAY_PACKAGES) xserver-xorg-core xserver-xorg-video-dummy sway xwayland imagemagick jackd2 chromium poppler-utils
# For the comparison with `bedside render`.
BENCH_PACKAGES = fluidsynth timgm6mb-soundfont

# Further arguments for `bedside play` and pytest, such as ARGS="--window 1280x800" or ARGS="-k limiter".
ARGS =

# Tests start Python many times, and it must find its compiled files.
unexport PYTHONDONTWRITEBYTECODE

# ARGS may leave no tests in one part; pytest then exits with 5.
PYTEST = $(BIN)/python -m pytest --durations=5 --durations-min=1 $(1) $(ARGS)$(if $(ARGS), || test $$? -eq 5)

# On every core; a worker without tests takes over those of others.
SPREAD = --numprocesses=auto --dist=worksteal

# One more where tests start programs and browsers, and wait for them.
SPREAD_WIDER = --numprocesses=$$(( $$(getconf _NPROCESSORS_ONLN) + 1 )) --dist=worksteal

APT = DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0
PIP = $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help play pictures quick test instruments check map javascript bench soak clean play-packages test-packages bench-packages
.NOTPARALLEL:
.DELETE_ON_ERROR:

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

play: play-packages .venv/play ## play; without a screen, make the demo in out/; ARGS="…" goes to `bedside play`
	@$(BIN)/bedside play --or-demo out $(ARGS)

pictures: .venv/test ## paint every world in every variant and size, and a sheet of them all, into out/pictures
	@echo "Painting every world"
	@SDL_VIDEODRIVER=dummy PYTHONPATH=tests $(BIN)/python -m stage.pictures out/pictures

quick: .venv/test instruments ## run all tests that need no device and no more than a second; ARGS="-k …" goes to pytest
	@$(call PYTEST,-m "not alone and not slow" --ignore=tests/e2e $(SPREAD))

test: test-packages check instruments ## check, then run every test on real devices; ARGS="-k …" goes to pytest
	@echo "Running the tests, on every core"
	@$(call PYTEST,-m "not alone" $(SPREAD_WIDER))
	@echo "Running those that play and listen, with the machine to themselves"
	@$(call PYTEST,-m alone tests/e2e)

# Bake each instrument once, before parallel processes would all bake it.
instruments: .venv/test
	@PYTHONPATH=tests $(BIN)/python -m instruments

check: .venv/test javascript ## check lint, formatting, types of the program and of its tests, JavaScript, the map
	@echo "Checking lint, formatting and types"
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@PYTHONPATH=tests $(BIN)/python -m architecture --check

map: .venv/test ## write the map of the rooms into bedside/README.md
	@PYTHONPATH=tests $(BIN)/python -m architecture

# Nobody needs Node to run bedside: if npm or its registry is out of reach, say so and go on.
javascript: ## check the types of the pages' scripts
	@cd tests/javascript; \
	if ! command -v npm >/dev/null; then \
		echo "The pages' scripts are not checked: npm is not installed."; \
	elif ! { [ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --silent; }; then \
		echo "The pages' scripts are not checked: npm cannot install the compiler."; \
	else \
		echo "Checking the types of the pages' scripts"; \
		node_modules/.bin/tsc --project jsconfig.json; \
	fi

bench: test-packages bench-packages .venv/test ## measure against FluidSynth and the clock; ARGS="…" goes to pytest
	@echo "Measuring"
	@$(BIN)/python -m pytest tests/bench --benchmark-enable -q \
		--benchmark-columns=min,median,max,ops,rounds $(ARGS)

soak: test-packages .venv/test ## kill the program fifty times, read 10,000 damaged instruments, try 20 times as many examples, touch a million times; ARGS="…" goes to pytest
	@echo "Killing the program fifty times, which takes some minutes"
	@BEDSIDE_KILLS=50 $(BIN)/python -m pytest tests/e2e/test_faults.py -k killed -s $(ARGS)
	@echo "Reading ten thousand damaged instruments"
	@BEDSIDE_MUTATIONS=10000 $(BIN)/python -m pytest tests/sound/test_hostile_patch.py -q
	@echo "Trying twenty times as many random examples of every property"
	@BEDSIDE_EFFORT=20 $(BIN)/python -m pytest -m hypothesis $(SPREAD) --timeout 10800
	@BEDSIDE_FUZZ=200 $(BIN)/python -m pytest tests/review/web/test_fuzz.py $(SPREAD) --timeout 10800
	@echo "Touching a million times, which takes about a quarter of an hour"
	@BEDSIDE_TOUCHES=1000000 $(BIN)/python -m pytest tests/stage/test_monkey.py -q -s --timeout 10800

clean: ## remove everything that can be made again
	@rm -rf .venv dist .pytest_cache .mypy_cache .ruff_cache .hypothesis tests/javascript/node_modules
	@find assets bedside sounds tests -name __pycache__ -prune -exec rm -rf {} +

.venv/play: pyproject.toml $(BIN)/python
	@echo "Installing bedside and what it needs into .venv"
	@$(PIP) install --editable .
	@touch $@

.venv/test: pyproject.toml $(BIN)/python
	@echo "Installing bedside, what it needs and what its tests need into .venv"
	@$(PIP) install --editable '.[test]'
	@touch .venv/play $@

$(BIN)/python:
	@$(choose_python); \
	if [ -z "$$python" ] && [ -n "$$bare" ]; then \
		set -- $$($$bare -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'); \
		$(install_packages); \
		$(choose_python); \
	fi; \
	if [ -z "$$python" ]; then \
		echo "bedside needs Python 3.11 or newer with venv, and none of $(PYTHONS) is that." >&2; exit 1; \
	fi; \
	echo "Making .venv with $$($$python --version)"; \
	$$python -m venv --clear .venv || { rm -rf .venv; exit 1; }

play-packages:
	@set -- $(PLAY_PACKAGES); $(install_packages)

test-packages:
	@set -- $(TEST_PACKAGES); $(install_packages)

bench-packages:
	@set -- $(BENCH_PACKAGES); $(install_packages)

# Sets python to the first that can make a venv; without one, bare to the first that only lacks its venv package.
define choose_python
	python=; bare=; \
	for candidate in $(PYTHONS); do \
		$$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
		if $$candidate -c 'import ensurepip, venv' 2>/dev/null; then python=$$candidate; break; fi; \
		bare=$${bare:-$$candidate}; \
	done
endef

# Installs those of the positional parameters that dpkg does not have; elsewhere than on Debian and its kin, nothing.
define install_packages
	missing=; \
	if [ "$$(uname)" = Linux ] && command -v dpkg-query >/dev/null; then \
		for package; do \
			dpkg-query -W -f '$${db:Status-Status}\n' $$package 2>/dev/null | grep -qx installed \
				|| missing="$$missing $$package"; \
		done; \
	fi; \
	if [ -n "$$missing" ] && [ "$$(id -u)" != 0 ]; then \
		echo "System packages are missing. Run this line, then make again:" >&2; \
		echo "  sudo apt-get update && sudo apt-get install --yes$$missing" >&2; \
		exit 1; \
	elif [ -n "$$missing" ]; then \
		echo "Installing system packages:$$missing"; \
		case "$$missing" in *jackd2*) \
			echo 'jackd2 jackd/tweak_rt_limits boolean false' | debconf-set-selections || exit 1;; \
		esac; \
		{ $(APT) update && $(APT) install --yes --no-install-recommends $$missing; } </dev/null >/dev/null || exit 1; \
	fi
endef
