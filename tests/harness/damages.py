"""What befalls a file: a bit, a page, its end or all of it is wrong, missing, or of an earlier day.

Each function changes the file in place; ``earlier`` is the same file as it once was.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

PAGE = 4096

Damage = Callable[[Path, Path, random.Random], None]


def flip(file: Path, _: Path, chance: random.Random) -> None:
    """Flip one bit of what is used; of an empty file there is none."""
    held = bytearray(file.read_bytes())
    if not held:
        return
    held[_used(held, chance)] ^= 1 << chance.randrange(8)
    file.write_bytes(held)


def cut(file: Path, _: Path, chance: random.Random) -> None:
    """Cut the file short."""
    held = file.read_bytes()
    file.write_bytes(held[: _used(held, chance)])


def empty(file: Path, _: Path, __: random.Random) -> None:
    """Leave the file without content."""
    file.write_bytes(b"")


def zero(file: Path, _: Path, chance: random.Random) -> None:
    """Make a page zero."""
    held = bytearray(file.read_bytes())
    at = _used(held, chance) // PAGE * PAGE
    held[at : at + PAGE] = bytes(len(held[at : at + PAGE]))
    file.write_bytes(held)


def garble(file: Path, _: Path, chance: random.Random) -> None:
    """Make a page garbage."""
    held = bytearray(file.read_bytes())
    at = _used(held, chance) // PAGE * PAGE
    held[at : at + PAGE] = chance.randbytes(len(held[at : at + PAGE]))
    file.write_bytes(held)


def remove(file: Path, _: Path, __: random.Random) -> None:
    """Remove the file."""
    file.unlink()


def age(file: Path, earlier: Path, _: random.Random) -> None:
    """Put an earlier version of the file back; one that is new is removed."""
    if earlier.exists():
        shutil.copyfile(earlier, file)
    else:
        file.unlink()


def age_page(file: Path, earlier: Path, chance: random.Random) -> None:
    """Put an earlier version of one page back, which was right in its time."""
    if not earlier.exists():
        return
    held, before = bytearray(file.read_bytes()), earlier.read_bytes()
    changed = [
        at for at in range(0, min(len(held), len(before)), PAGE) if held[at : at + PAGE] != before[at : at + PAGE]
    ]
    if changed:
        at = chance.choice(changed)
        page = before[at : at + PAGE]
        held[at : at + len(page)] = page
        file.write_bytes(held)


# Those that need no earlier file come first.
DAMAGES: list[Damage] = [flip, cut, empty, zero, garble, remove]
AGES: list[Damage] = [age, age_page]


def _used(held: bytes | bytearray, chance: random.Random) -> int:
    """Return a place before the zeros with which a file ends."""
    return chance.randrange(max(1, len(bytes(held).rstrip(b"\0"))))
