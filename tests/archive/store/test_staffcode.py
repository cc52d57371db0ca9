"""PROMISES 16: the staff code, five tries, then a doubling wait that survives restart and clock change."""

from __future__ import annotations

import inspect
import tempfile
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import pytest
from argon2 import PasswordHasher, extract_parameters
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select, update

from bedside.archive.store import staffcode
from bedside.archive.store.models import StaffCode
from bedside.archive.store.staffcode import LONGEST, SHORTEST, Gate, WaitError
from bedside.archive.store.store import Store
from bedside.errors import Refused
from effort import times

CODE = "seahorse-7-harbour"
WRONG = "seahorse-8-harbour"

# Hashing that costs next to nothing, for tests of what is counted and waited for.
CHEAP = partial(PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)


class Clock:
    """A clock that tests move."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        """Return what it shows."""
        return self.now


def gate(store: Store, clock: Callable[[], float]) -> Gate:
    """Return a gate as a program that starts now has it."""
    made = store.gate()
    return Gate(made._engine, made._keeper, made._sentences, clock)


def row(store: Store) -> tuple[str, int]:
    with store.writing() as writing:
        found = writing._connection.execute(select(StaffCode.hashed, StaffCode.failures)).one()
    return found.hashed, found.failures


def told_to_wait(asked: Gate, code: str = CODE) -> float:
    with pytest.raises(WaitError) as told:
        asked.opens(code)
    return told.value.seconds


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    with Store.create(folder) as made:
        yield made


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staffcode, "PasswordHasher", CHEAP)


@contextmanager
def cheap_store() -> Iterator[Store]:
    """Give a store in a folder of its own, whose codes cost little to hash."""
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as place:
        patch.setattr(staffcode, "PasswordHasher", CHEAP)
        with Store.create(Path(place) / "kept") as store:
            store.gate().set(CODE)
            yield store


class Tries(RuleBasedStateMachine):
    """Somebody tries codes, waits, starts the program again and again, and starts it twice.

    The model knows how many wrong codes were tried since the last right one, and the true time; a wrong code may be
    judged only when what the count before it demands has passed since then, on whichever program.
    """

    @initialize()
    def begin(self) -> None:
        """Two programs are started on a store that has a code."""
        self.place = cheap_store()
        self.store = self.place.__enter__()
        self.clocks = [Clock(), Clock(5.0)]
        self.gates = [gate(self.store, clock) for clock in self.clocks]
        self.failures = 0
        self.passed = 0.0

    def teardown(self) -> None:
        """Let go of the store."""
        if hasattr(self, "place"):
            self.place.__exit__(None, None, None)

    @property
    def demanded(self) -> float:
        """The seconds that are to pass before another code is looked at."""
        return 0.0 if self.failures < 5 else min(10.0 * 2 ** (self.failures - 5), 3600.0)

    @rule(which=st.lists(st.integers(0, 1), min_size=1, max_size=7))
    def tries_wrong_codes(self, which: list[int]) -> None:
        """Look at a code only when it is time."""
        for each in which:
            self.tries(each, right=False)

    @rule(which=st.integers(0, 1))
    def tries_the_right_code(self, which: int) -> None:
        """Open only when it is time."""
        self.tries(which, right=True)

    def tries(self, which: int, right: bool) -> None:
        """Try a code, and compare what a program makes of it with the model."""
        try:
            opened = self.gates[which].opens(CODE if right else WRONG)
        except WaitError as wait:
            assert self.failures >= 5, "a free try was refused"
            assert 0 < wait.seconds <= self.demanded + 1e-6
            return
        assert opened is right
        assert self.passed >= self.demanded - 1e-6, "a code was looked at too soon"
        self.failures = 0 if right else self.failures + 1
        self.passed = 0.0

    @rule(seconds=st.one_of(st.floats(0, 30), st.floats(0, 8000)))
    def waits(self, seconds: float) -> None:
        """Let time pass."""
        self.passed += seconds
        for clock in self.clocks:
            clock.now += seconds

    @rule(which=st.integers(0, 1))
    def waits_as_told(self, which: int) -> None:
        """Look at a code after what a program says, which says more where it finds what the other counted."""
        for told in range(3):
            try:
                assert not self.gates[which].opens(WRONG)
                break
            except WaitError as wait:
                assert told < 2, "told to wait, and to wait again, though nobody tried meanwhile"
                self.waits(wait.seconds + 1e-3)
        self.failures, self.passed = self.failures + 1, 0.0

    @rule(which=st.integers(0, 1), begins=st.floats(0, 1e9))
    def starts_again(self, which: int, begins: float) -> None:
        """Start a program again, and perhaps the machine too: its clock shows anything."""
        self.clocks[which] = Clock(begins)
        self.gates[which] = gate(self.store, self.clocks[which])

    @invariant()
    def counted_on_the_disk(self) -> None:
        """Find on the disk what was tried."""
        if hasattr(self, "store"):
            assert row(self.store)[1] == self.failures


# Each life costs many writes to the disk: what fails is not made shorter.
Tries.TestCase.settings = settings(
    max_examples=times(30), stateful_step_count=20, deadline=None, phases=(Phase.reuse, Phase.generate)
)
TestTries = pytest.mark.slow(Tries.TestCase)


@pytest.mark.usefixtures("quick")
def test_five_tries_then_a_doubling_wait(store: Store) -> None:
    """Five wrong codes are free; then 10, 20, 40 … seconds up to an hour, in which the right code opens nothing."""
    clock = Clock()
    asked = gate(store, clock)
    asked.set(CODE)
    for _ in range(4):
        assert not asked.opens(WRONG)
    waits = []
    for _ in range(12):
        assert not asked.opens(WRONG)
        waits.append(told_to_wait(asked))
        clock.now += waits[-1] - 0.001
        told_to_wait(asked)
        clock.now += 0.002
    assert waits == pytest.approx([10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600, 3600])
    assert asked.opens(CODE)


@pytest.mark.usefixtures("quick")
def test_a_right_code_begins_the_count_anew(store: Store) -> None:
    """After a right code five more tries are free."""
    asked = gate(store, Clock())
    asked.set(CODE)
    for _ in range(3):
        for _ in range(4):
            assert not asked.opens(WRONG)
        assert asked.opens(CODE)
    assert row(store)[1] == 0


@pytest.mark.usefixtures("quick")
def test_a_restart_is_not_quicker(folder: Path) -> None:
    """Whoever starts the program again waits for all of it again, even after a machine's restart."""
    with Store.create(folder) as store:
        asked = gate(store, Clock(50_000.0))
        asked.set(CODE)
        for _ in range(5):
            assert not asked.opens(WRONG)
    for begins in (0.0, 1e9):
        with Store.create(folder) as store:
            assert told_to_wait(gate(store, Clock(begins))) == pytest.approx(10.0)


@pytest.mark.usefixtures("quick")
def test_two_programs_count_together(folder: Path) -> None:
    """Two programs that were started before any code was tried give no more free tries than one, nor a shorter wait."""
    clock = Clock()
    with Store.create(folder) as here, Store.create(folder) as there:
        gates = [gate(here, clock), gate(there, clock)]
        gates[0].set(CODE)
        for number in range(5):
            assert not gates[number % 2].opens(WRONG)
        assert told_to_wait(gates[0]) == told_to_wait(gates[1]) == 10.0
        clock.now += 10.5
        assert not gates[0].opens(WRONG)
        assert told_to_wait(gates[1]) == told_to_wait(gates[0]) == 20.0


@pytest.mark.slow
def test_many_at_once_are_counted_one_by_one(store: Store) -> None:
    """Of thirty wrong codes tried in the same moment, on two programs, no more than five are looked at."""
    store.gate().set(CODE)
    gates = [store.gate(), store.gate()]
    looked_at: list[bool] = []
    begin = threading.Barrier(30)

    def attempt(number: int) -> None:
        begin.wait()
        with suppress(WaitError):
            looked_at.append(gates[number % 2].opens(WRONG))

    threads = [threading.Thread(target=attempt, args=(number,)) for number in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert looked_at == [False] * 5
    assert row(store)[1] == 5


@pytest.mark.usefixtures("quick")
def test_counted_before_anybody_knows(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever kills the program while it looks at a code has used up a try."""
    asked = gate(store, Clock())
    asked.set(CODE)

    def killed(*_: object) -> bool:
        raise SystemExit

    monkeypatch.setattr(CHEAP.func, "verify", killed)
    for tried in range(1, 4):
        with pytest.raises(SystemExit):
            asked.opens(WRONG)
        assert row(store)[1] == tried


def test_the_clock_cannot_be_set(store: Store) -> None:
    """What is waited for is counted by the monotonic clock, which no change of the date or the zone moves."""
    assert inspect.signature(Gate).parameters["now"].default is time.monotonic
    assert store.gate()._now is time.monotonic
    assert not time.get_clock_info("monotonic").adjustable
    assert time.get_clock_info("monotonic").monotonic


@pytest.mark.slow
def test_only_a_slow_hash_is_kept(folder: Path) -> None:
    """What is kept is an argon2id hash, with a salt of its own, at least as slow as OWASP asks for."""
    with Store.create(folder) as store:
        store.gate().set(CODE)
        hashed, _ = row(store)
        assert store.gate().opens(CODE)
        assert store.gate().change(CODE, CODE)
        assert row(store)[0] != hashed
    assert hashed.startswith("$argon2id$")
    made = extract_parameters(hashed)
    assert made.memory_cost >= 19 * 1024
    assert made.time_cost >= 2
    assert made.salt_len >= 16


@pytest.mark.slow
def test_the_code_is_nowhere_in_clear(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Neither the files nor the tables nor what is printed hold the code, or a wrong one that was tried."""
    with Store.create(folder) as store:
        asked = store.gate()
        asked.set(CODE)
        assert not asked.opens(WRONG)
        assert asked.opens(CODE)
        with store.writing() as writing:
            kept = writing._connection.exec_driver_sql("SELECT * FROM staff_code").all()
        files = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    printed = "".join(capfd.readouterr())
    for secret in (CODE, WRONG):
        assert secret not in repr(kept) + printed + repr(vars(asked))
        assert secret.encode() not in files
    assert b"argon2" not in files, "not even the hash lies in clear"


@pytest.mark.usefixtures("quick")
def test_what_a_code_may_be(store: Store) -> None:
    """A code has 6 to 200 characters of any kind; there is one, and it is changed only by who knows it."""
    asked = gate(store, Clock())
    before = asked.closed
    assert not before
    assert not asked.opens(CODE), "where there is no code none opens"
    for bad in ("", "a" * (SHORTEST - 1), "a" * (LONGEST + 1)):
        with pytest.raises(Refused, match="6 to 200"):
            asked.set(bad)
    asked.set("Über-Nacht ☾ 1")
    assert asked.closed
    with pytest.raises(Refused, match="already"):
        asked.set(CODE)
    assert not asked.change(WRONG, CODE)
    assert asked.opens("Über-Nacht ☾ 1")
    assert asked.change("Über-Nacht ☾ 1", CODE)
    with pytest.raises(Refused, match="6 to 200"):
        asked.change(CODE, "short")
    with pytest.raises(Refused, match="6 to 200"):
        asked.change(WRONG, "short")
    assert asked.opens(CODE)
    assert not asked.opens("Über-Nacht ☾ 1")


@pytest.mark.usefixtures("quick")
def test_bytes_that_are_no_text_are_refused(store: Store) -> None:
    """What a terminal of another encoding sends is no code: it cannot be set, and is wrong as one that is asked for."""
    spoilt = b"\xff\xfe\xfd\xfc\xfb\xfa\xf9".decode("utf-8", "surrogateescape")
    asked = store.gate()
    with pytest.raises(Refused, match="cannot be saved"):
        asked.set(spoilt)
    asked.set(CODE)
    assert not asked.opens(spoilt)
    with pytest.raises(Refused, match="cannot be saved"):
        asked.change(CODE, spoilt)
    assert asked.opens(CODE)


@pytest.mark.usefixtures("quick")
def test_every_keyboard_writes_the_same_code(store: Store) -> None:
    """A letter with its accent is the same whether a keyboard sends one character or two."""
    asked = gate(store, Clock())
    asked.set(unicodedata.normalize("NFD", "grüße-für-ward-3"))
    assert asked.opens(unicodedata.normalize("NFC", "grüße-für-ward-3"))


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("spoilt", ["", "plain words", "$argon2id$v=19$m=8,t=1,p=1$broken"])
def test_a_spoilt_hash_opens_to_nobody(store: Store, spoilt: str) -> None:
    """Where the hash is not one, no code opens, and nothing else happens."""
    asked = gate(store, Clock())
    asked.set(CODE)
    with store.writing() as writing:
        writing._connection.execute(update(StaffCode).values(hashed=spoilt))
    assert not asked.opens(spoilt)
    assert not asked.opens(CODE)


@pytest.mark.usefixtures("quick")
def test_a_change_counts_as_a_try(store: Store) -> None:
    """Wrong old codes count and are waited for as at the door; nothing is changed, and a right one clears the count."""
    asked = gate(store, Clock())
    asked.set(CODE)
    for _ in range(5):
        assert not asked.change(WRONG, "another-code")
    with pytest.raises(WaitError) as told:
        asked.change(CODE, "another-code")
    assert str(told.value) == "Too many wrong codes were tried. Please wait 10 seconds, then try again."
    asked = gate(store, clock := Clock())
    clock.now += 11.0
    assert asked.change(CODE, "another-code")
    assert not asked.opens(CODE)
    assert asked.opens("another-code")


@pytest.mark.usefixtures("quick")
def test_of_two_changes_at_once_one_wins(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever changes the code between another's check and change makes the other's old code wrong."""
    first, second = gate(store, Clock()), gate(store, Clock())
    first.set(CODE)
    verified = Gate._verified

    def overtaken(asked: Gate, hashed: str, code: str) -> bool:
        right = verified(asked, hashed, code)
        monkeypatch.setattr(Gate, "_verified", verified)
        with store._engine.begin() as connection:
            connection.execute(update(StaffCode).values(hashed=second._hashed("the-first-to-come")))
        return right

    monkeypatch.setattr(Gate, "_verified", overtaken)
    assert not first.change(CODE, "the-second-one")
    assert second.opens("the-first-to-come")
