"""Mute: who may silence the bed, and who may lift that."""

from __future__ import annotations

from bedside.music.events import Stop
from bedside.stage.input.effects import Ask, Effect, Keep, ReleaseAll
from bedside.stage.input.mute import Mute

SILENCE: list[Effect] = [ReleaseAll(), Ask(Stop())]


def test_a_gesture_mutes_and_lifts() -> None:
    """Anyone may silence the bed in one gesture, and the same gesture lifts it; nobody knows whose hands they were."""
    mute = Mute()
    assert mute.gesture() == [*SILENCE, Keep("mute", "", "anyone")]
    assert mute.on and not mute.by_staff
    assert mute.gesture() == [Keep("unmute", "", "anyone")]
    assert not mute.on


def test_no_gesture_lifts_what_staff_muted() -> None:
    """However often a child tries, it stays muted until staff lift it."""
    mute = Mute()
    assert mute.staff(True) == [*SILENCE, Keep("mute", "", "adult")]
    for _ in range(5):
        assert mute.gesture() == []
    assert mute.on and mute.by_staff
    assert mute.staff(False) == [Keep("unmute", "", "adult")]
    assert not mute.on


def test_staff_lift_every_mute_and_make_any_theirs() -> None:
    """A mute that staff take over is theirs from then on, and is still one span of silence."""
    mute = Mute()
    mute.gesture()
    assert mute.staff(True) == SILENCE
    assert mute.gesture() == []
    assert mute.staff(False) == [Keep("unmute", "", "adult")]
    mute.gesture()
    assert mute.staff(False) == [Keep("unmute", "", "adult")]
    assert mute.staff(False) == []
