# Libraries are installed the first time, and again only when packaging/constraints, which `make lock` writes, changes.
# Recipes are plain sh for GNU make 3.81, the version of macOS.

# The newest first: each library has wheels for all of them. Any other has no lock file.
PYTHONS = python3.14 python3.13 python3.12 python3.11 python3

# What may be written if this folder may not: a folder of this checkout's own in the user's cache, or a temporary one.
# Into a folder of somebody else's they could put a program.
ELSEWHERE := $(shell \
	for cache in "$${XDG_CACHE_HOME:-$$HOME/.cache}" "$${TMPDIR:-/tmp}/bedside-$$(id -u)"; do \
		place="$$cache/bedside/checkout-$$(pwd | cksum | tr -dc 0-9)"; \
		[ -w . ] || { mkdir -p "$$place" 2>/dev/null && [ -O "$$cache" ]; } || continue; \
		echo "$$place"; exit; \
	done)

# Where the libraries are installed, and where the demo goes.
VENV := $(shell if [ -x .venv/bin/python ] || [ -w . ]; then echo .venv; else echo "$(ELSEWHERE)/venv"; fi)
OUT := $(shell if [ -w . ]; then echo out; else echo "$(ELSEWHERE)/out"; fi)
BIN = $(VENV)/bin

# libxi6: SDL loads it at run time, and without it sees no finger.
PLAY_PACKAGES = libportaudio2 libxi6
# libatomic1: Playwright's own Node is linked with it, and Debian 12's other packages do not bring it.
# gcc, libc6-dev: tests/harness compiles what it preloads into the program.
TEST_PACKAGES = $(PLAY_PACKAGES) xserver-xorg-core xserver-xorg-video-dummy sway xwayland imagemagick openbox x11-utils x11-xserver-utils jackd2 chromium poppler-utils libatomic1 gcc libc6-dev
# For the comparison with `bedside render`.
BENCH_PACKAGES = fluidsynth timgm6mb-soundfont
DEB_PACKAGES = binutils dpkg-dev librsvg2-bin python3-venv

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
INSTALL = $(BIN)/python packaging/constraints/install.py

# The pages come with the instrument: the demo writes a report.
PLAY_KINDS = play review

.PHONY: help play pictures quick test instruments check map javascript bench soak lock deb frozen machines clean
.PHONY: play-ready test-ready bench-ready quick-ready
.NOTPARALLEL:
.DELETE_ON_ERROR:

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s  %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Python by its own name, and not the scripts beside it: these hold the path at which they were installed.
play: play-ready ## play; without a screen, make the demo in out/; ARGS="…" goes to `bedside play`
	@$(BIN)/python -m bedside play --or-demo "$(OUT)" $(ARGS)

pictures: quick-ready ## paint every world in every variant and size, and a sheet of them all, into out/pictures
	@echo "Painting every world"
	@SDL_VIDEODRIVER=dummy PYTHONPATH=tests $(BIN)/python -m stage.pictures out/pictures

quick: quick-ready instruments ## run all tests that need no device and no more than a second; ARGS="-k …" goes to pytest
	@$(call PYTEST,-m "not alone and not slow" --ignore=tests/e2e $(SPREAD))

test: test-ready check instruments ## check, then run every test on real devices; ARGS="-k …" goes to pytest
	@echo "Running the tests, on every core"
	@$(call PYTEST,-m "not alone" $(SPREAD_WIDER))
	@echo "Running those that play and listen, with the machine to themselves"
	@$(call PYTEST,-m alone tests/e2e)

# Bake each instrument once, before parallel processes would all bake it.
instruments: quick-ready
	@PYTHONPATH=tests $(BIN)/python -m instruments

# The types of the program are checked for the systems and Pythons that are not at hand, too.
check: quick-ready javascript ## check lint, formatting, types of the program and of its tests, JavaScript, the map
	@echo "Checking lint, formatting and types"
	@$(BIN)/python -m ruff check
	@$(BIN)/python -m ruff format --check
	@$(BIN)/python -m mypy
	@for platform in linux win32 darwin; do echo $$platform 3.11 $$platform 3.13; done | xargs -n 2 -P 2 sh -c '\
		$(BIN)/python -m mypy --no-error-summary --platform $$0 --python-version $$1 --cache-dir .mypy_cache/$$0 bedside \
		|| { echo "That is for $$0, Python $$1." >&2; exit 1; }'
	@PYTHONPATH=tests $(BIN)/python -m architecture --check

map: quick-ready ## write the map of the rooms into bedside/README.md
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

bench: bench-ready ## measure against FluidSynth and the clock; ARGS="…" goes to pytest
	@echo "Measuring"
	@$(BIN)/python -m pytest tests/bench --benchmark-enable -q \
		--benchmark-columns=min,median,max,ops,rounds $(ARGS)

soak: test-ready ## kill the program fifty times, wait for a forgotten note, read 10,000 damaged instruments, try 20 times as many examples, compare processors, touch a million times; ARGS="…" goes to pytest
	@echo "Killing the program fifty times, which takes some minutes"
	@BEDSIDE_KILLS=50 $(BIN)/python -m pytest tests/e2e/test_faults.py -k killed -s $(ARGS)
	@echo "Waiting for a note that nobody ends, which takes two and a half minutes"
	@BEDSIDE_FORGOTTEN=1 $(BIN)/python -m pytest tests/e2e/test_hung.py -k without_an_end $(ARGS)
	@echo "Killing a change of the key a hundred times, and cutting the power in a thousand"
	@BEDSIDE_KEY_KILLS=100 BEDSIDE_KEY_CUTS=1000 $(BIN)/python -m pytest tests/archive/test_keychange.py -k "killed or power or disk" -q -s
	@echo "Living a year of a bed, with 3,000 power cuts and 500 kills of the recorder"
	@BEDSIDE_CUTS=3000 BEDSIDE_RECORDER_KILLS=500 BEDSIDE_FAILURES=25 BEDSIDE_DAMAGES=60 BEDSIDE_DAYS=365 \
		$(BIN)/python -m pytest tests/harness $(SPREAD) -rP --timeout 10800
	@echo "Reading ten thousand damaged instruments"
	@BEDSIDE_MUTATIONS=10000 $(BIN)/python -m pytest tests/sound/test_hostile_patch.py -q
	@echo "Trying twenty times as many random examples of every property"
	@BEDSIDE_EFFORT=20 $(BIN)/python -m pytest -m hypothesis $(SPREAD) --timeout 10800
	@BEDSIDE_FUZZ=200 $(BIN)/python -m pytest tests/review/web/test_fuzz.py $(SPREAD) --timeout 10800
	@echo "Baking and rendering as on other processors"
	@PYTHONPATH=.:tests $(BIN)/python -m sound.everywhere --kernels
	@echo "Touching a million times, which takes about a quarter of an hour"
	@BEDSIDE_TOUCHES=1000000 $(BIN)/python -m pytest tests/stage/test_monkey.py -q -s --timeout 10800

lock: ## renew the exact versions and hashes in packaging/constraints from pyproject.toml
	@$(choose_python); \
	folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && $$python -m venv "$$folder" && \
	"$$folder/bin/python" -m pip --quiet --disable-pip-version-check install uv packaging && \
	"$$folder/bin/python" packaging/constraints/lock.py

machines: ## as root: try both commands, a keyboard and the packages on bare Debians; ARGS="--list" names them, "--help" says more
	@PYTHONPATH=packaging python3 -m machines $(ARGS)

clean: ## remove everything that can be made again
	@rm -rf .venv dist .pytest_cache .mypy_cache .ruff_cache .hypothesis tests/javascript/node_modules
	@find assets bedside packaging sounds tests -name __pycache__ -prune -exec rm -rf {} +

play-ready:
	@set -- $(PLAY_PACKAGES); $(prepare)
	@$(INSTALL) $(PLAY_KINDS)

quick-ready:
	@set --; $(prepare)
	@$(INSTALL) all

test-ready:
	@set -- $(TEST_PACKAGES); $(prepare)
	@$(INSTALL) all

bench-ready:
	@set -- $(TEST_PACKAGES) $(BENCH_PACKAGES); $(prepare)
	@$(INSTALL) all

# Installs the system packages in the positional parameters, or asks for them, then makes the environment if there is none
# that works. Whoever may not install packages is told of all of them at once, with that of Python's venv.
define prepare
	if ! $(BIN)/python -c 'import importlib.util as u, sys; sys.exit(not u.find_spec("pip"))' 2>/dev/null; then \
		$(choose_python); \
		if [ -z "$$python" ] && [ -n "$$bare" ]; then \
			set -- "$$@" $$($$bare -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'); \
		fi; \
		$(install_packages); \
		if [ -z "$$python" ]; then $(choose_python); fi; \
		if [ -z "$$python" ]; then \
			echo "bedside needs Python 3.11 to 3.14 with venv, and none of $(PYTHONS) is that." >&2; exit 1; \
		fi; \
		case "$(VENV)" in \
			.venv) ;; \
			/venv) echo "Nothing can be written here, nor into a folder of yours: set HOME or TMPDIR to one." >&2; exit 1;; \
			*) echo "Nothing can be written here, so bedside is installed into $(VENV)." >&2;; \
		esac; \
		$$python -m venv --clear "$(VENV)" || { rm -rf "$(VENV)"; exit 1; }; \
	else \
		$(install_packages); \
	fi
endef

# Sets python to the first that can make a venv; without one, bare to the first that only lacks its venv package.
define choose_python
	python=; bare=; \
	for candidate in $(PYTHONS); do \
		$$candidate -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null || continue; \
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
		echo "Packages of the system are missing. Run this line once, then make again:" >&2; \
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

deb: ## build dist/bedside_….deb, and bedside-kiosk beside it, for the Debian that this is
	@set -- $(DEB_PACKAGES); $(install_packages)
	@packaging/deb/build

# What is frozen is tested as a child has it, on the devices of `make test`.
frozen: test-ready instruments ## freeze bedside into the folder dist/frozen/bedside with PyInstaller, and test it on real devices
	@$(BIN)/python packaging/frozen/build.py
	@echo "Playing, recording and reading with the frozen program"
	@BEDSIDE_COMMAND=$(CURDIR)/dist/frozen/bedside/bedside $(BIN)/python -m pytest -q tests/packaged tests/e2e/test_play.py $(ARGS)
