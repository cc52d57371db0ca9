"""What was promised to people, and whether a data folder keeps it."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from bedside.archive.store.store import Store
from bedside.archive.store.tending import tend
from bedside.errors import BedsideError
from bedside.music.events import NoteOn
from harness.script import LIFE, WORDS, script, serial


@dataclass(slots=True)
class Promised:
    """How many items of each life were fed, when, and acknowledged, and which words were accepted.

    ``lost`` is what is known to be lost, and ``together`` are lives that were lived at the same time.
    """

    fed: dict[int, int] = field(default_factory=dict)
    at: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    kept: dict[int, int] = field(default_factory=dict)
    batches: dict[int, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0]))
    words: set[int] = field(default_factory=set)
    told: list[str] = field(default_factory=list)
    ended: set[int] = field(default_factory=set)
    lost: set[int] = field(default_factory=set)
    together: list[set[int]] = field(default_factory=list)

    def hear(self, line: str) -> None:
        """Take a line that a life has written."""
        at, _, said = line.partition(" ")
        match said.split(" ", 2):
            case ["fed", life, count]:
                self.fed[int(life)] = int(count)
                self.at[int(life)].append(float(at))
            case ["kept", life, count]:
                self.kept[int(life)] = int(count)
                self.batches[int(life)].append(int(count))
            case ["typed", _, number]:
                self.words.add(int(number))
            case ["told", _, words]:
                self.told.append(words)
            case ["ended", life]:
                self.ended.add(int(life))

    def rank(self, life: int) -> int:
        """Return the place of a life in time; lives that were lived together have the same."""
        return min(next((lives for lives in self.together if life in lives), {life}))

    def due(self, life: int, before: float) -> int:
        """Return how many items of a life were fed before an instant."""
        return bisect_left(self.at[life], before)

    def last_batch(self, life: int) -> set[int]:
        """Return the serials that were acknowledged last in a life, at once, and the words that were typed last."""
        first, last = self.batches[life][-2:] if self.kept.get(life) else (0, 0)
        words = sorted(number for number in self.words if number // LIFE == life)
        return {number for number in _serials(life, last)[first:] if number is not None} | set(words[-1:])

    def seen(self, life: int, found: Found) -> int:
        """Return how many of the first items of a life are there; those without a trace count with the one before."""
        there = {*found.serials, None}
        numbers = _serials(life, self.fed.get(life, 0))
        return next((i for i, number in enumerate(numbers) if number not in there), len(numbers))

    def forget(self, found: Found) -> None:
        """Promise no more what is known to be lost."""
        for life in self.fed:
            gone = set(_serials(life, self.kept.get(life, 0))) - set(found.serials)
            self.lost |= {each for each in gone if each is not None}
        self.lost |= self.words - set(found.words)


@dataclass(slots=True)
class Found:
    """What the program reads in a data folder: serials in the order in which it gives them, and what staff are told."""

    performed: list[int] = field(default_factory=list)
    chosen: list[int] = field(default_factory=list)
    marked: list[int] = field(default_factory=list)
    words: list[int] = field(default_factory=list)
    miscounted: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    refused: str | None = None

    @property
    def serials(self) -> Iterator[int]:
        """All but the words."""
        yield from (*self.performed, *self.chosen, *self.marked)


def look(folder: Path, without: Set[str] = frozenset()) -> Found:
    """Open a folder as the next start does, let its owner check and mend it, and read all takes but some."""
    found = Found()
    try:
        with Store.open_or_set_aside(folder) as store:
            found.told += [store.notice] if store.notice is not None else []
        found.told += tend(folder, owner=True).sentences
        with Store.open(folder) as store:
            read(store, found, without)
    except BedsideError as error:
        found.refused = str(error)
    return found


def read(store: Store, found: Found, without: Set[str] = frozenset()) -> None:
    """Read all takes of an opened store but some, and their sessions, into ``found``."""
    notes = store.casenotes
    takes = [take for take in store.takes() if take.id not in without]
    for take in takes:
        performed = store.performed(take.id)
        found.performed += [number for each in performed if (number := serial(each)) is not None]
        if take.notes != sum(isinstance(each.event, NoteOn) for each in performed):
            found.miscounted.append(take.id)
        found.marked += [round(marker.seconds) for marker in notes.markers(take.id)]
        found.words += [remark.last for remark in notes.remarks(take.id) if remark.words == f"{WORDS} {remark.last}"]
    for session in dict.fromkeys(take.session for take in takes):
        found.chosen += [int(choice.which) for choice in store.choices(session)]


@dataclass(frozen=True, slots=True)
class Broken:
    """What is wrong: acknowledged items and words that are ``lost``, and everything else in one sentence each."""

    lost: frozenset[int]
    wrong: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.lost or self.wrong)

    def __str__(self) -> str:
        """Say how much is lost, and what."""
        return f"{len(self.lost)} lost {sorted(self.lost)[:5]}, wrong: {list(self.wrong)}"


def broken(promised: Promised, found: Found) -> Broken:
    """Return what of the promises a folder does not keep, whatever staff are told about it."""
    wrong = []
    if found.refused is not None:
        wrong.append(f"refused: {found.refused}")
    doubled = [number for number, count in Counter((*found.serials, *found.words)).items() if count > 1]
    if doubled:
        wrong.append(f"doubled: {doubled[:5]}")
    if found.miscounted:
        wrong.append("the notes of a take are not those that its list counts")
    there = set(found.serials)
    strangers = {number // LIFE for number in there} - set(promised.fed)
    if strangers:
        wrong.append(f"of lives that never were: {sorted(strangers)}")
    order: dict[int, list[int]] = defaultdict(list)
    for number in found.performed:
        order[number // LIFE].append(number)
    lost = promised.words - set(found.words) - promised.lost
    for life, fed in promised.fed.items():
        if order[life] != sorted(order[life]):
            wrong.append(f"life {life} is out of order")
        acknowledged = promised.kept.get(life, 0)
        numbers = _serials(life, fed + 1)
        missing = [i for i, number in enumerate(numbers) if number is not None and number not in there | promised.lost]
        lost |= {each for i in missing if i < acknowledged and (each := numbers[i]) is not None}
        last = max((i for i, number in enumerate(numbers) if number in there), default=-1)
        if any(acknowledged <= i < last for i in missing):
            wrong.append(f"life {life} has a hole beyond what was acknowledged")
    ranks = [promised.rank(number // LIFE) for number in found.performed]
    if ranks != sorted(ranks):
        wrong.append("lives are out of order")
    return Broken(frozenset(lost), tuple(wrong))


@cache
def _serials(life: int, count: int) -> tuple[int | None, ...]:
    return tuple(serial(item) for item in script(life, count))
