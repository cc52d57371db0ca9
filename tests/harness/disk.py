"""A disk as it may be after a power cut: what was synced is there, any other sector may be old, new, torn, garbage.

The rules are those of POSIX and of no file system in particular. A write reaches the disk when the file is synced, and
before that in any order, by sectors. Until its folder is synced, a name may be missing. After a sync that failed, what
it was to bring to the disk may never get there, whatever is synced later, unless it is written again.
"""

from __future__ import annotations

import os
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from harness.operations import Kind, Operation

PAGE = 4096

# A folder's place in an image.
FOLDER = None

Image = dict[str, bytes | None]

# The witness does not see these: SQLite's index of its log is memory that only looks like a file.
UNSEEN = "-shm"

# How many versions there are of each page, and of the length.
_Versions = tuple[dict[int, int], int]


@dataclass(frozen=True, slots=True)
class PowerCut:
    """How a disk fails: the size of its sectors, whether only a synced folder keeps names, and the share of garbage."""

    sector: int
    strict: bool
    garbled: float = 0.05
    torn: float = 0.1
    old: float = 0.45


@dataclass(slots=True)
class _File:
    """A file as programs see it, ``now``; and all versions of each page and of its length that the disk may have.

    The first version of a page, and the page of ``kept``, are the same: they are there if no later one is.
    """

    now: bytearray = field(default_factory=bytearray)
    kept: bytearray = field(default_factory=bytearray)
    pages: dict[int, list[bytes]] = field(default_factory=dict)
    lengths: list[int] = field(default_factory=lambda: [0])
    dirty: set[int] = field(default_factory=set)

    def page(self, number: int) -> bytes:
        return bytes(self.now[number * PAGE : (number + 1) * PAGE]).ljust(PAGE, b"\0")

    def touch(self, first: int, end: int) -> None:
        """Note that the bytes from ``first`` to ``end`` are others now."""
        for number in range(first // PAGE, -(-end // PAGE)):
            versions = self.pages.setdefault(number, [_page_of(self.kept, number)])
            versions.append(self.page(number))
            self.dirty.add(number)

    def write(self, offset: int, data: bytes) -> None:
        self.resize(max(len(self.now), offset + len(data)))
        self.now[offset : offset + len(data)] = data
        self.touch(offset, offset + len(data))

    def resize(self, length: int) -> None:
        before = len(self.now)
        if length == before:
            return
        if length < before:
            lost = bytes(self.now[length:])
            del self.now[length:]
            # What is cut off reads as zeros if the file grows again.
            for at in range(length - length % PAGE, before, PAGE):
                if any(lost[max(at - length, 0) : max(at + PAGE - length, 0)]):
                    self.touch(at, at + PAGE)
        else:
            self.now.extend(bytes(length - before))
        self.lengths.append(length)

    def begin_sync(self) -> _Versions:
        """Return how many versions there are of each page that a sync brings to the disk, and of the length."""
        return {number: len(self.pages[number]) for number in self.dirty}, len(self.lengths)

    def sync(self, begun: _Versions) -> None:
        pages, lengths = begun
        del self.lengths[: lengths - 1]
        for number, count in pages.items():
            versions = self.pages.get(number)
            if versions is None or number not in self.dirty or len(versions) < count:
                continue
            del versions[: count - 1]
            end = (number + 1) * PAGE
            if len(self.kept) < end:
                self.kept.extend(bytes(end - len(self.kept)))
            self.kept[number * PAGE : end] = versions[0]
            if len(versions) == 1:
                del self.pages[number]
                self.dirty.discard(number)

    def fail_sync(self) -> None:
        # The system takes the pages for clean now, wherever they are.
        self.dirty.clear()

    def cut(self, cut: PowerCut, chance: random.Random) -> bytes:
        image = bytearray(self.kept)
        for number, versions in sorted(self.pages.items()):
            end = (number + 1) * PAGE
            if len(image) < end:
                image.extend(bytes(end - len(image)))
            for at in range(0, PAGE, cut.sector):
                of = [version[at : at + cut.sector] for version in versions]
                image[number * PAGE + at : number * PAGE + at + cut.sector] = _sector(of, cut, chance)
        length = chance.choice(self.lengths)
        return bytes(image[:length]).ljust(length, b"\0")


@dataclass(slots=True)
class _Naming:
    """A change of names; until it is ``certain`` that the disk has it, it may be missing after a power cut.

    ``flushed`` is whether it is on a disk whose file system keeps the order of all that it is asked, as ext4 does.
    """

    kind: Kind
    path: str
    of: str | int
    folders: tuple[str, ...]
    certain: bool = False
    flushed: bool = False


class Disk:
    """All that a recorded program's disk may hold at one moment; `apply` takes it to the next.

    ``root`` is the folder that is watched. What is in it when this is made is on the disk.
    """

    def __init__(self, root: Path) -> None:
        self._root = str(root)
        self._files: dict[int, _File] = {}
        # A number is used for another file once its file is gone, whose name may still be on the disk.
        self._current: dict[int, int] = {}
        self._names: dict[str, int | None] = {self._root: FOLDER}
        self._namings: list[_Naming] = []
        # Of each sync that runs: what it brings to the disk, and how many changes of names.
        self._begun: dict[tuple[int, int], list[tuple[_Versions | None, int]]] = defaultdict(list)
        for path in sorted(root.rglob("*")):
            if not path.name.endswith(UNSEEN):
                self._load(path)

    def _load(self, path: Path) -> None:
        if path.is_dir():
            self._names[str(path)] = FOLDER
            return
        held = path.read_bytes()
        self._current[path.stat().st_ino] = number = len(self._files)
        self._files[number] = _File(bytearray(held), bytearray(held), lengths=[len(held)])
        self._names[str(path)] = number

    def apply(self, operation: Operation) -> None:
        """Do what a program did."""
        inode, path = operation.inode, operation.path
        match operation.kind:
            case Kind.CREATED:
                self._current[inode] = number = len(self._files)
                self._files[number] = _File()
                self._name(Kind.CREATED, path, number)
            case Kind.WRITTEN:
                self._file(inode).write(operation.offset, operation.data)
            case Kind.ZEROED:
                self._file(inode).write(operation.offset, bytes(operation.length))
            case Kind.RESIZED:
                self._file(inode).resize(operation.offset)
            case Kind.SYNC_BEGAN:
                file = self._files.get(self._current.get(inode, -1))
                begun = None if file is None else file.begin_sync()
                self._begun[operation.pid, inode].append((begun, len(self._namings)))
            case Kind.SYNCED:
                begun, names = self._begun[operation.pid, inode].pop(0)
                if begun is not None:
                    self._file(inode).sync(begun)
                for naming in self._namings[:names]:
                    naming.flushed = True
            case Kind.FOLDER_SYNCED:
                _, names = self._begun[operation.pid, inode].pop(0)
                for naming in self._namings[:names]:
                    naming.flushed = True
                    naming.certain = naming.certain or path in naming.folders
                self._settle()
            case Kind.SYNC_FAILED:
                # A sync that the witness let fail was never begun.
                if self._begun[operation.pid, inode]:
                    self._begun[operation.pid, inode].pop(0)
                if inode in self._current:
                    self._file(inode).fail_sync()
            case Kind.FOLDER_MADE:
                self._name(Kind.FOLDER_MADE, path, -1)
            case Kind.RENAMED | Kind.LINKED | Kind.UNLINKED:
                self._name(operation.kind, path, operation.data.decode())
            case Kind.MAPPED:
                raise ValueError(f"{path} is written through a mapping, which the witness cannot see.")
            case Kind.ACKNOWLEDGED | Kind.FAULT:
                pass

    def whole(self) -> Image:
        """Return what programs see now."""
        names = dict(self._names)
        for naming in self._namings:
            _rename(names, naming)
        return {path: None if of is None else bytes(self._files[of].now) for path, of in names.items()}

    def cut(self, cut: PowerCut, chance: random.Random) -> Image:
        """Return one of the images that a power cut may leave at this moment."""
        flushed = max((i + 1 for i, naming in enumerate(self._namings) if naming.flushed), default=0)
        least = 0 if cut.strict else flushed
        kept = chance.randint(least, len(self._namings))
        names = dict(self._names)
        for i, naming in enumerate(self._namings):
            if i < kept or naming.certain:
                _rename(names, naming)
        image: Image = {}
        for path, of in sorted(names.items()):
            # What lies in a folder whose own name is missing is not found.
            if path == self._root or image.get(str(Path(path).parent), b"") is FOLDER:
                image[path] = None if of is None else self._files[of].cut(cut, chance)
        return image

    def _file(self, inode: int) -> _File:
        return self._files[self._current[inode]]

    def _name(self, kind: Kind, path: str, of: str | int) -> None:
        folders = {str(Path(each).parent) for each in (path, of) if isinstance(each, str) and each}
        self._namings.append(_Naming(kind, path, of, tuple(folders)))

    def _settle(self) -> None:
        while self._namings and self._namings[0].certain:
            _rename(self._names, self._namings.pop(0))
            for running in self._begun.values():
                running[:] = [(begun, max(names - 1, 0)) for begun, names in running]


def lay(image: Image, root: Path, to: Path) -> None:
    """Write an image of ``root`` to a new folder; parts that are zero take no room."""
    for path, held in sorted(image.items()):
        target = Path(str(to) + path[len(str(root)) :])
        if held is None:
            target.mkdir(mode=0o700, exist_ok=True)
            continue
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.truncate(descriptor, len(held))
            for at, part in _parts(held):
                os.pwrite(descriptor, part, at)
        finally:
            os.close(descriptor)


def _parts(held: bytes) -> Iterator[tuple[int, bytes]]:
    for at in range(0, len(held), 64 * PAGE):
        part = held[at : at + 64 * PAGE]
        if part.count(0) != len(part):
            yield at, part


def _page_of(held: bytearray, number: int) -> bytes:
    return bytes(held[number * PAGE : (number + 1) * PAGE]).ljust(PAGE, b"\0")


def _sector(versions: list[bytes], cut: PowerCut, chance: random.Random) -> bytes:
    dice = chance.random()
    if dice < cut.garbled:
        return chance.randbytes(cut.sector)
    if dice < cut.garbled + cut.old:
        return versions[0]
    late = chance.randrange(1, len(versions)) if len(versions) > 2 and chance.random() < 0.3 else len(versions) - 1
    if dice < cut.garbled + cut.old + cut.torn:
        at = chance.randrange(1, cut.sector)
        return versions[late][:at] + versions[0][at:]
    return versions[late]


def _rename(names: dict[str, int | None], naming: _Naming) -> None:
    match naming.kind:
        case Kind.CREATED:
            assert isinstance(naming.of, int)
            names[naming.path] = naming.of
        case Kind.FOLDER_MADE:
            names[naming.path] = FOLDER
        case Kind.UNLINKED:
            names.pop(naming.path, None)
        case Kind.LINKED:
            if naming.of in names:
                names[naming.path] = names[str(naming.of)]
        case Kind.RENAMED:
            if naming.of in names:
                below = f"{naming.of}/"
                for path in [path for path in names if path == naming.of or path.startswith(below)]:
                    names[naming.path + path[len(str(naming.of)) :]] = names.pop(path)
