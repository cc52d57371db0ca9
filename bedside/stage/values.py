"""What the words of options and of settings mean; each raises ValueError, with words that say what would be valid.

They are read before the window opens, so nothing here takes long to load.
"""

from __future__ import annotations

from datetime import time
from pathlib import Path

from bedside import places
from bedside.music.events import Player
from bedside.sound.profiles import PROFILES
from bedside.stage.input.seats import Together

_LOOKS = ("still", "contrast", "dim")


def one_of(choices: tuple[str, ...], text: str) -> str:
    """Return a text that is one of several."""
    if text not in choices:
        raise ValueError(f"choose one of {', '.join(choices)}, not {text!r}")
    return text


def world_named(text: str) -> str:
    """Return the name of a world that is shipped."""
    return one_of(tuple(sorted(path.stem for path in (places.shipped("assets") / "worlds").glob("*.toml"))), text)


def profile_named(text: str) -> str:
    """Return the name of a profile of loudness."""
    return one_of(tuple(PROFILES), text)


def together_named(text: str) -> str:
    """Return the name of a way to share a screen, of `Together`."""
    return one_of(tuple(map(str, Together)), text)


def player_named(text: str) -> str:
    """Return the label of a player."""
    return one_of(tuple(player.label for player in Player), text)


def beside_child(text: str) -> str:
    """Return the label of who else sits at the screen: not the child."""
    if text == Player.CHILD.label:
        raise ValueError("the child plays anyway; choose child2, therapist or partner")
    return player_named(text)


def look_names(text: str) -> tuple[str, ...]:
    """Return the adaptations of a look, which commas separate: still, contrast, dim; none for a plain one."""
    wanted = tuple(name.strip() for name in text.split(",") if name.strip())
    for name in wanted:
        if name not in _LOOKS:
            raise ValueError(f"a look is one or more of {', '.join(_LOOKS)}, not {name!r}")
    return wanted


def screen_number(number: int) -> int:
    """Return the number of a screen, from 1."""
    if not 1 <= number <= 16:
        raise ValueError(f"screens are counted from 1 to 16; there is no screen {number}")
    return number


def millimetres(text: str) -> tuple[float, float]:
    """Return the size of a screen in millimetres from text such as 217x136, each from 40 to 3000."""
    sides = _sides(text, 40, 3000)
    if sides is None:
        raise ValueError(f"write the size of a screen like 217x136, from 40 to 3000 millimetres, not {text!r}")
    return float(sides[0]), float(sides[1])


def window_pixels(text: str) -> tuple[int, int]:
    """Return the size of a window in pixels from text such as 1280x800, each from 160 to 16384."""
    sides = _sides(text, 160, 16384)
    if sides is None:
        raise ValueError(f"write the size of a window like 1280x800, from 160 to 16384 pixels, not {text!r}")
    return sides


def clock_time(text: str) -> time:
    """Return a time of the day, such as 20:30."""
    hours, colon, minutes = text.partition(":")
    if not (colon and len(minutes) == 2 and (hours + minutes).isdecimal() and int(hours) < 24 and int(minutes) < 60):
        raise ValueError(f"write a time of the day like 20:30, not {text!r}")
    return time(int(hours), int(minutes))


def device_name(text: str) -> str:
    """Return the name of a device, or a part of it."""
    if not text.strip():
        raise ValueError("write a name, or leave it out")
    return text


def folder(text: str) -> Path:
    """Return a folder, in which ~ is the user's own."""
    try:
        path = Path(text).expanduser()
    except RuntimeError:
        path = Path()
    if not path.is_absolute():
        raise ValueError(f"write a folder with its whole path, not {text!r}")
    return path


def _sides(text: str, least: int, most: int) -> tuple[int, int] | None:
    width, cross, height = text.lower().partition("x")
    # Longer numbers are out of range anyway, and Python refuses the longest.
    if not (cross and (width + height).isdecimal() and 0 < len(width) < 6 and 0 < len(height) < 6):
        return None
    sides = int(width), int(height)
    return sides if least <= min(sides) and max(sides) <= most else None
