"""The settings of a bed, in three files: the ward's, the machine's, and those of one child's recordings.

A later file wins over an earlier one, and an option of the command over all. What a file states wrongly is said in one
sentence, and what held before is used. A louder profile than an earlier file's needs the staff code, where one is set.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from bedside import places
from bedside.sound.profiles import USUAL, louder
from bedside.stage import settingsfile, values
from bedside.stage.settingsfile import Value


@dataclass(frozen=True, slots=True)
class KnownSetting:
    """What can be set: its name in the files, its usual value, and one sentence about it.

    ``meaning`` returns what a stated value means, or raises ValueError; without one, it means itself. ``usual`` None
    stands for nothing set; ``example`` is then a value.
    """

    name: str
    usual: Value | None
    about: str
    meaning: Callable[[Any], Any] | None = None
    example: Value = ""

    @property
    def kind(self) -> type[Value]:
        """The type of its values: text, a whole number, or true and false."""
        return type(self.example if self.usual is None else self.usual)

    def read(self, stated: Any) -> Any:
        """Return what a stated value means; raise ValueError with words that say what would be valid."""
        if type(stated) is not self.kind:
            raise ValueError(f"write {_KINDS[self.kind]}, not {str(stated)[:_SHOWN]!r}")
        if isinstance(stated, str) and (len(stated) > _LONGEST or not stated.isprintable()):
            raise ValueError("write it as one line of text")
        return stated if self.meaning is None else self.meaning(stated)


_LONGEST = 400
_SHOWN = 40
_KINDS: dict[type[Value], str] = {
    bool: "true or false",
    int: "a whole number",
    str: "one line of text in quotation marks",
}

SETTINGS = {
    setting.name: setting
    for setting in (
        KnownSetting("world", "night", "The world to begin in.", values.world_named),
        KnownSetting("profile", USUAL, "Limits of loudness: ward, quiet or night.", values.profile_named),
        KnownSetting(
            "look", "", "For eyes that need it: still (no motion), contrast, dim, or several: still,dim.",
            values.look_names,
        ),
        KnownSetting(
            "together", "alone", "Who shares the screen: alone, beside or facing (face to face).", values.together_named
        ),
        KnownSetting("with", "child2", "Who else sits there: child2, therapist or partner.", values.beside_child),
        KnownSetting("keys", "therapist", "Who plays the MIDI keyboards.", values.player_named),
        KnownSetting("free", False, "Whether MIDI keys play every note, not only the scale."),
        KnownSetting("midi", None, "Use only MIDI keyboards of this name.", values.device_name, "Keystation"),
        KnownSetting("audio", None, "The sound card; bedside doctor lists them.", values.device_name, "USB Audio"),
        KnownSetting(
            "screen_mm", None, "The screen's size in millimetres, if the system does not know it.", values.millimetres,
            "217x136",
        ),
        KnownSetting("window", None, "Play in a window, not over the whole screen.", values.window_pixels, "1280x800"),
        KnownSetting("monitor", 1, "On which screen, counted from 1.", values.screen_number),
        KnownSetting(
            "backup", None, "A folder on another disk in which a second copy is kept current.", values.folder,
            "/media/backup",
        ),
        KnownSetting(
            "second", None, "A folder on another disk for what is played while the first takes nothing.", values.folder,
            "/media/second",
        ),
        KnownSetting("quiet_hours.from", None, "When the quiet hours begin each day.", values.clock_time, "20:00"),
        KnownSetting("quiet_hours.to", None, "When they end; both are needed.", values.clock_time, "06:30"),
        KnownSetting("quiet_hours.profile", "night", "The loudness in them.", values.profile_named),
        KnownSetting("quiet_hours.look", "dim", "The look in them.", values.look_names),
    )
}  # fmt: skip


class SettingScope(StrEnum):
    """Whose file it is; a later one wins."""

    WARD = "ward"
    MACHINE = "machine"
    PATIENT = "patient"


USUALLY = "usual"


@dataclass(frozen=True, slots=True)
class Held:
    """What a setting is: as it is stated, what that means, and where it comes from: a file, an option, or "usual"."""

    stated: Value | None
    meaning: Any
    origin: str


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings as they hold, by name, and ``faults``, a sentence about each that is stated wrongly.

    ``raised`` is the louder profile that somebody asked for and only the staff code allows, None where nobody did.
    """

    held: Mapping[str, Held]
    faults: tuple[str, ...]
    raised: Held | None

    def __getitem__(self, name: str) -> Any:
        """Return what a setting means; None where nothing is set."""
        return self.held[name].meaning


def file_of(scope: SettingScope, data: Path) -> Path:
    """Return the file of a scope; ``data`` is where everything is kept."""
    match scope:
        case SettingScope.WARD:
            folder = places.ward_settings()
        case SettingScope.MACHINE:
            folder = places.user_settings()
        case SettingScope.PATIENT:
            folder = data
    return folder / f"{scope}.toml"


def load(data: Path, options: Mapping[str, Value | None]) -> Settings:
    """Return the settings that hold at this bed; ``options`` are the command's, None where one was not given.

    An option is raised as ValueError if it is wrong; nothing that a file states is.
    """
    held = {name: Held(each.usual, _meant(each), USUALLY) for name, each in SETTINGS.items()}
    faults: list[str] = []
    raised: Held | None = None
    profile = USUAL

    def take(name: str, found: Held) -> None:
        nonlocal raised, profile
        if name == "profile":
            if louder(found.meaning, profile):
                raised = found
                return
            raised, profile = None, found.meaning
        held[name] = found

    for scope in SettingScope:
        path = file_of(scope, data)
        content = settingsfile.read(path)
        faults += content.faults
        for name, stated in content.stated.items():
            where = f"{path}, line {content.line(name)}"
            setting = SETTINGS.get(name)
            if setting is None:
                faults.append(f"{where}: there is no setting “{_shown(name)}”{_likely(name)}.")
                continue
            try:
                take(name, Held(stated, setting.read(stated), str(path)))
            except ValueError as fault:
                faults.append(f"{where}: “{name}” is not understood: {fault}. {_instead(held[name])}")
    for name, option in options.items():
        if option is not None:
            take(name, Held(option, SETTINGS[name].read(option), "option"))
    faults += _half_quiet(held)
    return Settings(held, tuple(faults), raised)


def keep_setting(data: Path, scope: SettingScope, name: str, stated: Value | None) -> None:
    """Write one setting into the file of a scope, None to remove it; all else in the file, and comments, stay.

    Raises ValueError for a value that is not valid, BedsideError for a file that cannot be read or written.
    """
    if stated is not None:
        SETTINGS[name].read(stated)
    # All users of the computer read the ward's file.
    settingsfile.write(file_of(scope, data), name, stated, 0o644 if scope is SettingScope.WARD else 0o600)


def documented() -> str:
    """Return a file of settings in which each is explained, and none is set."""
    lines = [
        "# Settings of bedside. Remove the # before a line to set it. ward.toml is for all users of a computer,",
        "# machine.toml for one, patient.toml lies with one child's recordings; each wins over those before it.",
        "# A profile that is louder than an earlier file's needs the staff code, where one is set.",
    ]
    table = ""
    for setting in SETTINGS.values():
        group, _, name = setting.name.rpartition(".")
        if group != table:
            lines += ["", f"[{group}]"]
            table = group
        value = setting.example if setting.usual is None else setting.usual
        lines += ["", f"# {setting.about}", f"# {name} = {settingsfile.as_toml(value)}"]
    return "\n".join(lines) + "\n"


def _meant(setting: KnownSetting) -> Any:
    return None if setting.usual is None else setting.read(setting.usual)


def _likely(name: str) -> str:
    """Return words that name the setting that was probably meant, if one is like it."""
    near = difflib.get_close_matches(name, SETTINGS, 1)
    return f"; perhaps “{near[0]}” is meant" if near else ""


def _instead(held: Held) -> str:
    return "Nothing is set instead." if held.stated is None else f"“{held.stated}” is used instead."


def _shown(name: str) -> str:
    return "".join(sign if sign.isprintable() else "?" for sign in name[:_SHOWN])


def _half_quiet(held: dict[str, Held]) -> list[str]:
    """Return a sentence about quiet hours that cannot be, and leave them out."""
    begin, end = held["quiet_hours.from"], held["quiet_hours.to"]
    if (begin.meaning is None) == (end.meaning is None) and (begin.meaning is None or begin.meaning != end.meaning):
        return []
    held["quiet_hours.from"] = held["quiet_hours.to"] = Held(None, None, USUALLY)
    origin = begin.origin if begin.meaning is not None else end.origin
    return [f"{origin}: quiet hours need two times, “from” and “to”, that differ. There are no quiet hours."]
