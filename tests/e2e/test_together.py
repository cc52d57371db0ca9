"""Two at one screen: ten fingers in two halves; each note stays its player's wherever the finger goes."""

import itertools
import random
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from bedside.music.events import Event, NoteOn, Performed, Player, Source
from bedside.music.gestures import Fingers
from bedside.music.pad import Pad
from bedside.stage.input.seats import Side, Together
from e2e.bed import bed, bedside, begin_session, sides, spot, takes, wait_for_silence
from e2e.replay import Comparison, compare
from e2e.rig.soundcard import SoundCard
from e2e.rig.touchscreen import Touchscreen

FACING, BESIDE = Together.FACING, Together.BESIDE
CHILD, CHILD2, THERAPIST = Player.CHILD, Player.CHILD2, Player.THERAPIST

# Low in its pad a touch is soft: neither guard nor limiter has anything to do.
SOFT = 0.08


class Ten:
    """Ten fingers, five at each side, and what they are ``due``: a note is its player's in whose half it began."""

    def __init__(self, screen: Touchscreen, laid: dict[Player, Side]) -> None:
        numbers = itertools.count()
        self._screen = screen
        self._hands = {player: Fingers(side.pads, player, numbers) for player, side in laid.items()}
        self._owner: dict[int, Player] = {}
        self.due: list[tuple[Player, int]] = []

    def down(self, finger: int, player: Player, x: float, y: float) -> None:
        """Put a finger down at a player's side."""
        self._owner[finger] = player
        self._screen.down(finger, x, y)
        self._follow(self._hands[player].down(finger, *self._pixels(x, y)))

    def move(self, finger: int, x: float, y: float) -> None:
        """Move a finger anywhere."""
        self._screen.move(finger, x, y)
        self._follow(self._hands[self._owner[finger]].move(finger, *self._pixels(x, y)))

    def up(self, finger: int) -> None:
        """Lift a finger."""
        self._screen.up(finger)
        self._hands[self._owner.pop(finger)].up(finger)

    def _pixels(self, x: float, y: float) -> tuple[float, float]:
        return x * self._screen.size[0], y * self._screen.size[1]

    def _follow(self, events: list[Event]) -> None:
        self.due += [(event.player, event.key) for event in events if isinstance(event, NoteOn)]


def touched(take: list[Performed]) -> list[tuple[Player, int]]:
    """Return player and key of every note that was touched, in order."""
    ons = [each.event for each in take if isinstance(each.event, NoteOn)]
    return [(on.player, on.key) for on in ons if on.source is Source.TOUCH]


def across(together: Together, x: float, y: float) -> tuple[float, float]:
    """Return the place in the other half that lies opposite."""
    return (1 - x, y) if together is BESIDE else (x, 1 - y)


def drum(screen: Touchscreen, laid: dict[Player, Side], chance: random.Random) -> list[tuple[Player, int]]:
    """Drum with ten fingers that cross into the other half while they are held; return what they must have played."""
    ten = Ten(screen, laid)
    for _ in range(3):
        for finger in range(10):
            player = list(laid)[finger % 2]
            ten.down(finger, player, *spot(screen, chance.choice(laid[player].pads), chance.uniform(0.2, 0.8)))
            time.sleep(chance.uniform(0.0, 0.03))
        for _ in range(20):
            own = list(laid)[chance.randrange(2)]
            at = spot(screen, chance.choice(laid[own].pads), chance.uniform(0.2, 0.8))
            ten.move(chance.randrange(10), *at)
            time.sleep(chance.uniform(0.0, 0.03))
        for finger in range(10):
            ten.up(finger)
    return ten.due


def play_softly(screen: Touchscreen, together: Together, laid: dict[Player, Side]) -> list[tuple[Player, int]]:
    """Play with ten fingers that land softly and cross into the other half; return what they must have played."""
    ten = Ten(screen, laid)
    places = {player: soft_places(screen, together, side.pads) for player, side in laid.items()}
    for finger in range(10):
        player = list(laid)[finger % 2]
        ten.down(finger, player, *places[player][finger // 2])
        time.sleep(0.25)
    for finger in range(10):
        ten.move(finger, *across(together, *places[list(laid)[finger % 2]][finger // 2]))
        time.sleep(0.25)
    for finger in range(10):
        ten.up(finger)
    return ten.due


def soft_places(screen: Touchscreen, together: Together, there: Sequence[Pad]) -> list[tuple[float, float]]:
    """Return five soft places from which a finger goes straight across: where players sit opposite, in the far row."""
    if together is FACING:
        far = max(there, key=lambda pad: abs(pad.y / screen.size[1] - (0.0 if pad.turned else 1.0))).y
        there = [pad for pad in there if pad.y == far]
    assert len(there) >= 5
    return [spot(screen, pad, SOFT) for pad in there[:5]]


@pytest.mark.parametrize(
    ("together", "other"), [(FACING, CHILD2), (BESIDE, CHILD2), (FACING, THERAPIST), (BESIDE, THERAPIST)]
)
def test_two_at_one_screen(
    touchscreen: Touchscreen, card: SoundCard, tmp_path: Path, together: Together, other: Player
) -> None:
    """Each note is its player's in whose half its finger landed; the two are kept apart, and alone sum to the whole.

    The whole that is rendered is what was heard at the card, bit for bit.
    """
    data = tmp_path / "kept"
    laid = sides(touchscreen, together=together, players=(CHILD, other))
    with bed(touchscreen, card, data, "--together", together, "--with", other.label) as program:
        wild = drum(touchscreen, laid, random.Random(3))
        begin_session(touchscreen, card, program)
        assert touched(takes(data)[-1]) == wild
        assert {player for player, _ in wild} == {CHILD, other}
        late, since = Comparison.late(card), card.now()
        soft = play_softly(touchscreen, together, laid)
        wait_for_silence(card, program)
        end, late = card.end, Comparison.late(card) - late
        assert program.stop() == 0
        assert program.stderr.read_text() == ""
    assert touched(takes(data)[-1]) == soft
    names = (None, CHILD.label, other.label)
    waves = {name: tmp_path / f"{name}.wav" for name in names}
    for name, wave in waves.items():
        alone = () if name is None else ("--player", name)
        assert bedside("render", "last", "--out", str(wave), *alone, data=data).returncode == 0
    whole, *solos = (soundfile.read(waves[name], dtype="float32", always_2d=True)[0] for name in names)
    assert min(np.abs(solo).max() for solo in solos) > 1e-3
    assert np.abs(summed(solos, len(whole)) - whole).max() < 1e-6
    compared = compare(card.heard(since)[: end - since], whole, (card.first - since) % card.block, card.block)
    print(
        compared,
        f"{late} late; {len(wild)} notes drummed, {len(soft)} soft; the whole reaches {np.abs(whole).max():.3f}",
    )
    compared.require(late)


def summed(sounds: list[NDArray[np.float32]], frames: int) -> NDArray[np.float32]:
    """Return the sum of sounds over so many frames; what is longer must be silent there."""
    whole = np.zeros((frames, 2), np.float32)
    for sound in sounds:
        whole[: len(sound)] += sound[:frames]
        assert not sound[frames:].any()
    return whole
