"""Who may raise the ceiling of loudness, and who may lower it."""

from __future__ import annotations

import pytest

from bedside.music.events import Profile
from bedside.stage.ceiling import Ceiling
from bedside.stage.input.effects import Ask, Effect, Keep


def yes() -> bool:
    return True


def no() -> bool:
    return False


def never() -> bool:
    raise AssertionError("nobody is asked for the code to make it quieter")


def changed(profile: str, by: str = "adult") -> list[Effect]:
    return [Ask(Profile(profile)), Keep("profile", profile, by)]


def test_anybody_lowers_it() -> None:
    """Quieter needs no code, and is kept as an adult's choice."""
    ceiling = Ceiling("ward")
    assert ceiling.choose("quiet", never) == changed("quiet")
    assert ceiling.choose("night", never) == changed("night")
    assert ceiling.choose("night", never) == []
    assert ceiling.profile == "night"


def test_only_staff_raise_it() -> None:
    """Louder needs the code; without it nothing changes."""
    ceiling = Ceiling("night")
    assert ceiling.choose("quiet", no) == []
    assert ceiling.profile == "night"
    assert ceiling.choose("quiet", yes) == changed("quiet")
    assert ceiling.choose("ward", yes) == changed("ward")


@pytest.mark.parametrize("chosen", ["ward", "quiet"])
def test_quiet_hours_lower_it_and_give_back_what_staff_had_chosen(chosen: str) -> None:
    """The clock never makes it louder than staff did."""
    ceiling = Ceiling(chosen)
    assert ceiling.limit("night") == changed("night", "clock")
    assert ceiling.limit(None) == changed(chosen, "clock")


def test_quiet_hours_never_raise_it() -> None:
    """Where staff chose a quieter profile it stays, when they begin and when they end."""
    ceiling = Ceiling("night")
    assert ceiling.limit("quiet") == []
    assert ceiling.profile == "night"
    assert ceiling.limit(None) == []


def test_what_is_lowered_at_night_is_not_raised_by_the_morning() -> None:
    """The morning gives back what staff chose last, at night too."""
    ceiling = Ceiling("ward")
    ceiling.limit("quiet")
    assert ceiling.choose("night", never) == changed("night")
    assert ceiling.limit(None) == []
    assert ceiling.profile == "night"


def test_staff_may_raise_it_in_quiet_hours_until_the_next() -> None:
    """With the code, and not without; the profile of the day is louder than what is in force at night."""
    ceiling = Ceiling("ward")
    ceiling.limit("night")
    assert ceiling.choose("ward", no) == []
    assert ceiling.choose("ward", yes) == changed("ward")
    assert ceiling.limit(None) == []
    assert ceiling.limit("night") == changed("night", "clock")
