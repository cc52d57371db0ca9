"""Read the journal of a folder: every record that is there, in order, and every flaw."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bedside.archive.journal.chainreader import ChainReader, Entry, Flaw
from bedside.archive.journal.numbering import greatest_number
from bedside.archive.journal.seal import Opener
from bedside.archive.journal.segment import list_segments
from bedside.archive.keys.secret import Secret

__all__ = ["Entry", "Flaw", "JournalReading", "flaws", "greatest_number", "read"]


class JournalReading:
    """What a folder's journal holds. The files are read as the records are asked for, a few megabytes at a time."""

    def __init__(self, folder: Path, secrets: Sequence[Secret], after: Mapping[str, int]) -> None:
        self._folder = folder
        self._secrets = tuple(secrets)
        self._after = dict(after)
        self._flaws: list[Flaw] | None = None

    @property
    def records(self) -> Iterator[Entry]:
        """The records, in the order of their numbers, those of one number in the order of their chains.

        Raise OSError if the folder cannot be read.
        """
        opener = Opener(self._secrets)
        found = list_segments(self._folder)
        chains = [
            ChainReader(self._folder, name, paths, opener, self._after.get(name)) for name, paths in found.items()
        ]
        yield from _merge(chains)
        flaws = [flaw for chain in chains for flaw in chain.flaws]
        absent = self._after.keys() - found.keys()
        flaws += [Flaw("missing", "", name, None, self._after[name]) for name in sorted(absent) if self._after[name]]
        self._flaws = flaws

    @property
    def findings(self) -> list[Flaw]:
        """The flaws; if the records were not all asked for yet, they are read for that."""
        if self._flaws is None:
            for _ in self.records:
                pass
        return list(self._flaws or [])


def read(folder: Path, secrets: Sequence[Secret], after: Mapping[str, int] | None = None) -> JournalReading:
    """Return the records of a folder's journal that come after those that the index has.

    ``after`` gives for each chain the greatest number that the index has: what it has and the journal lacks is a flaw,
    and files that end before it are not read. Without it everything is read.
    """
    return JournalReading(folder, secrets, after or {})


def flaws(folder: Path, secrets: Sequence[Secret], anchors: Mapping[str, int]) -> list[Flaw]:
    """Return the flaws of a whole journal, held against what the index has of each chain; raise OSError.

    Everything is read, so it takes about a second for an hour of play.
    """
    reading = read(folder, secrets)
    reached: dict[str, int] = {}
    for entry in reading.records:
        reached[entry.chain] = entry.number
    found = reading.findings
    for chain, anchor in anchors.items():
        last = reached.get(chain, 0)
        behind = [each for each in found if each.chain == chain and each.last is None]
        if (
            last < anchor
            and not behind
            and not any(each.kind == "foreign key" for each in found if each.chain == chain)
        ):
            found.append(Flaw("missing", "", chain, last + 1 if last else None, anchor))
    return found


def _merge(chains: Sequence[ChainReader]) -> Iterator[Entry]:
    """Merge the entries of chains in the order of their numbers; a chain is opened when its first number comes."""
    waiting = sorted((chain.start, chain.name, chain) for chain in chains)
    waiting.reverse()
    open_: list[tuple[int, str, Entry, Iterator[Entry]]] = []
    while waiting or open_:
        while waiting and (not open_ or waiting[-1][0] <= open_[0][0]):
            *_, chain = waiting.pop()
            entries = chain.entries()
            if (first := next(entries, None)) is not None:
                heapq.heappush(open_, (first.number, first.chain, first, entries))
        if open_:
            _, _, entry, entries = open_[0]
            yield entry
            if (following := next(entries, None)) is None:
                heapq.heappop(open_)
            else:
                heapq.heapreplace(open_, (following.number, following.chain, following, entries))
