"""The ceiling of loudness: staff set its profile, quiet hours may lower it, and only staff raise it."""

from __future__ import annotations

from collections.abc import Callable

from bedside.music.events import Profile
from bedside.sound.profiles import louder
from bedside.stage.input.effects import Ask, Effect, Keep

# Who changed the profile, as it is recorded.
_STAFF, _CLOCK = "adult", "clock"


class Ceiling:
    """The profile in force: the one that staff chose, or the quieter one of the quiet hours."""

    def __init__(self, chosen: str) -> None:
        self._chosen = chosen
        self._limit: str | None = None

    @property
    def profile(self) -> str:
        """The profile in force, a name of `bedside.sound.profiles`."""
        return self._chosen if self._limit is None or not louder(self._chosen, self._limit) else self._limit

    def choose(self, profile: str, permitted: Callable[[], bool]) -> list[Effect]:
        """Return the effects of a profile that somebody chose at the bed; none if it is the one in force.

        To lower it is always possible. To raise it, also in quiet hours, needs ``permitted``, which says whether the
        staff code was given, or none is set; where it says no, nothing changes.
        """
        before = self.profile
        if louder(profile, before):
            if not permitted():
                return []
            # Until the next quiet hours.
            self._limit = None
        self._chosen = profile
        return self._changed(before, _STAFF)

    def limit(self, profile: str | None) -> list[Effect]:
        """Return the effects of quiet hours that begin with a profile, or end, with None."""
        before, self._limit = self.profile, profile
        return self._changed(before, _CLOCK)

    def _changed(self, before: str, by: str) -> list[Effect]:
        profile = self.profile
        return [] if profile == before else [Ask(Profile(profile)), Keep("profile", profile, by)]
