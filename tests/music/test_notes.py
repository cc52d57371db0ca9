from bedside.music.events import AllOff, Lost, NoteOff, NoteOn, Performed, Player, Resumed, Source, TakeBegan, TakeEnded
from bedside.music.notes import Note, notes


def on(frame: int, note: int, key: int = 60, player: Player = Player.CHILD) -> Performed:
    return Performed(frame, NoteOn(player, note, key, 0.5, 0.5, Source.TOUCH))


def off(frame: int, note: int, player: Player = Player.CHILD) -> Performed:
    return Performed(frame, NoteOff(player, note))


def test_notes_have_onset_and_duration_in_seconds() -> None:
    """On and off of one number make a note, timed by the take's frames, in order of onset."""
    take = [Performed(0, TakeBegan(1, 48000, 128)), on(0, 1), on(24000, 2, 62), off(48000, 1), off(36000, 2)]
    assert notes(take, 48000) == [
        Note(Player.CHILD, 0.0, 1.0, 60, 0.5),
        Note(Player.CHILD, 0.5, 0.25, 62, 0.5),
    ]


def test_players_may_use_the_same_number() -> None:
    """A note of one player does not end another player's note of that number."""
    take = [on(0, 1), on(10, 1, 64, Player.THERAPIST), off(20, 1), off(40, 1, Player.THERAPIST)]
    assert [note.duration for note in notes(take, 10)] == [2.0, 3.0]


def test_what_no_hand_left_ends_with_the_take_or_the_sound() -> None:
    """A note still held ends where the sound was lost or the take ended; an off without an on is nothing."""
    take = [on(0, 1), Performed(30, Lost()), off(35, 1), on(40, 2), off(41, 9), Performed(50, TakeEnded())]
    assert [(note.onset, note.duration) for note in notes(take, 10)] == [(0.0, 3.0), (4.0, 1.0)]
    assert [note.duration for note in notes(take[3:5], 10)] == [0.1]


def test_a_note_that_sounds_again_after_a_loss_is_one_note() -> None:
    """The hand that held it throughout played it once; also where it began while nothing was heard."""
    take = [on(0, 1), Performed(30, Lost()), on(40, 2, 64), Performed(50, Resumed()), on(50, 1), on(50, 2, 64)]
    take += [off(60, 1), off(70, 2)]
    assert [(note.key, note.onset, note.duration) for note in notes(take, 10)] == [(60, 0.0, 6.0), (64, 4.0, 3.0)]


def test_a_note_that_is_not_taken_up_ends_with_the_sound() -> None:
    """What the hand left while nothing was heard, or what does not sound on, lasts until the loss."""
    take = [on(0, 1), on(10, 2), Performed(30, Lost()), off(40, 1), Performed(50, Resumed()), off(60, 2), on(70, 3)]
    assert [(note.onset, note.duration) for note in notes(take, 10)] == [(0.0, 3.0), (1.0, 2.0), (7.0, 0.0)]


def test_a_number_that_is_struck_again_is_two_notes() -> None:
    """Where the sound was not lost, or the note began after it was back, a second strike is another note."""
    take = [Performed(0, Lost()), Performed(5, Resumed()), on(10, 1), on(20, 1), off(30, 1)]
    assert [(note.onset, note.duration) for note in notes(take, 10)] == [(1.0, 1.0), (2.0, 1.0)]


def test_all_off_ends_the_notes_of_one_player() -> None:
    """All notes off ends what its player holds, and nobody else's notes."""
    take = [on(0, 1), on(0, 2, 64), on(0, 1, 67, Player.THERAPIST), Performed(20, AllOff(Player.CHILD)), off(30, 1)]
    take.append(off(40, 1, Player.THERAPIST))
    assert [(note.key, note.duration) for note in notes(take, 10)] == [(60, 2.0), (64, 2.0), (67, 4.0)]
