"""Mute: nothing sounds, whoever plays, until it is lifted; anyone may ask for it, and it has an owner."""

from __future__ import annotations

from bedside.music.events import Stop
from bedside.stage.input.effects import Ask, Effect, Keep, ReleaseAll

# Who muted, as it is recorded: a gesture says not whose hands they were.
ANYONE, STAFF = "anyone", "adult"


class Mute:
    """Whether everything is muted, and by whom.

    What anyone muted by a gesture, the same gesture or staff lift. What staff muted, only staff lift.
    """

    def __init__(self) -> None:
        self._by: str | None = None

    @property
    def on(self) -> bool:
        """Whether everything is muted."""
        return self._by is not None

    @property
    def by_staff(self) -> bool:
        """Whether only staff can lift it."""
        return self._by == STAFF

    def gesture(self) -> list[Effect]:
        """Return the effects of a gesture that anyone can make: it mutes, or lifts what a gesture muted."""
        if self._by == STAFF:
            return []
        return self._set(None if self.on else ANYONE, ANYONE)

    def staff(self, muted: bool) -> list[Effect]:
        """Return the effects of staff who mute everything, or lift any mute."""
        return self._set(STAFF if muted else None, STAFF)

    def _set(self, owner: str | None, by: str) -> list[Effect]:
        before, self._by = self._by, owner
        if owner is None:
            return [Keep("unmute", "", by)] if before else []
        return [ReleaseAll(), Ask(Stop()), *([] if before else [Keep("mute", "", by)])]
