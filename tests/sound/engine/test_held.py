"""How long each note has been held, from what was performed."""

from bedside.music.events import AllOff, NoteOff, NoteOn, Player, Source, StillHeld, Stop
from bedside.sound.engine.held import HeldNotes

CHILD, THERAPIST = Player.CHILD, Player.THERAPIST


def on(note: int, player: Player = CHILD) -> NoteOn:
    return NoteOn(player, note, 60, 0.7, 0.5, Source.TOUCH)


def test_what_is_held_for_too_long_is_found_the_oldest_first() -> None:
    """Each note is counted from its own beginning, and a sign of its hand begins its time anew."""
    held = HeldNotes(100)
    held.follow(on(1), 0)
    held.follow(on(2), 10)
    held.follow(on(1, THERAPIST), 20)
    held.follow(StillHeld(CHILD, 1), 50)
    assert held.overdue(109) == []
    assert held.overdue(110) == [NoteOff(CHILD, 2)]
    assert held.overdue(150) == [NoteOff(CHILD, 2), NoteOff(THERAPIST, 1), NoteOff(CHILD, 1)]


def test_what_was_released_is_not_held() -> None:
    """However it was released: alone, with its part, or with everything; a sign of its hand does not bring it back."""
    for end in (NoteOff(CHILD, 1), AllOff(CHILD), Stop()):
        held = HeldNotes(100)
        held.follow(on(1), 0)
        held.follow(on(1, THERAPIST), 0)
        assert held.players == {CHILD, THERAPIST}
        held.follow(end, 10)
        held.follow(StillHeld(CHILD, 1), 20)
        assert held.players == ({THERAPIST} if end != Stop() else set())
        assert NoteOff(CHILD, 1) not in held.overdue(1000)
