"""A built-in improvisation: a child and a therapist find a pulse, answer each other, and come to rest together."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from random import Random

from bedside.music.events import Event, Level, NoteOff, NoteOn, Player, Program, Source
from bedside.music.scales import Scale, scale

_ROOT = 60

# Phrases as steps from the phrase's first degree, with lengths in beats.
_CALLS = (
    ((0, 1.0), (1, 0.5), (2, 0.5), (4, 2.0)),
    ((3, 0.5), (2, 0.5), (1, 1.0), (0, 2.0)),
    ((0, 0.5), (0, 0.5), (2, 1.0), (1, 0.5), (3, 1.5)),
    ((4, 1.0), (3, 0.5), (4, 0.5), (1, 2.0)),
    ((0, 1.5), (2, 0.5), (3, 1.0), (5, 1.0)),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """An event and the second at which it is asked for."""

    seconds: float
    event: Event


def improvise(random: Random) -> list[Asked]:
    """Return about a minute of play in order of time: child on a harp, therapist on a marimba and then a warm pad.

    The child plays unevenly in time and touch. The therapist answers with the child's own phrase, calmer and never
    louder. ``random`` chooses the phrases and every unevenness.
    """
    duet = _Duet(scale("major pentatonic"), random)
    duet.set(Program(Player.CHILD, "harp"), Program(Player.THERAPIST, "marimba"))
    duet.set(Level(Player.CHILD, 0.0, -0.25), Level(Player.THERAPIST, -3.0, 0.25))
    duet.explore(notes=5)
    for turn in range(4):
        call = random.choice(_CALLS)
        duet.play(Player.CHILD, call, first=random.choice((0, 2, 4)), velocity=0.62 + 0.05 * turn, unevenness=0.16)
        duet.play(Player.THERAPIST, call, first=random.choice((0, 5)), velocity=0.5, unevenness=0.03)
    duet.set(Program(Player.THERAPIST, "pad"))
    for root in (0, -2, 1, 0):
        duet.together(root, random.choice(_CALLS))
    duet.rest_together()
    return sorted(duet.asked, key=lambda asked: asked.seconds)


class _Duet:
    """Writes what two players do, at a beat that slowly steadies."""

    def __init__(self, tones: Scale, random: Random) -> None:
        self.asked: list[Asked] = []
        self._scale = tones
        self._random = random
        self._numbers = count(1)
        self._now = 0.0
        self._beat = 0.62

    def set(self, *events: Event) -> None:
        self.asked += [Asked(self._now, event) for event in events]

    def explore(self, notes: int) -> None:
        """Let the child try single sounds, with time to hear them."""
        for degree in self._random.sample(range(8), notes):
            self._note(Player.CHILD, degree, self._now, 0.8, self._random.uniform(0.4, 0.65))
            self._now += self._random.uniform(0.7, 1.5)

    def play(
        self, player: Player, phrase: tuple[tuple[int, float], ...], first: int, velocity: float, unevenness: float
    ) -> None:
        """Play a phrase from a degree on, then leave a breath of silence."""
        for step, beats in phrase:
            late = self._random.uniform(0, unevenness) * self._beat
            touch = velocity + self._random.uniform(-1, 1) * 0.8 * unevenness
            self._note(player, first + step, self._now + late, 0.9 * beats * self._beat, touch)
            self._now += beats * self._beat
        self._now += self._beat * self._random.uniform(0.5, 1.0)
        self._beat += 0.3 * (0.56 - self._beat)

    def together(self, root: int, phrase: tuple[tuple[int, float], ...]) -> None:
        """Let the child play freely over a chord that the therapist holds."""
        begin = self._now
        self.play(Player.CHILD, phrase, first=root + 3, velocity=0.66, unevenness=0.1)
        for step in (-5, -3, 0):
            self._note(Player.THERAPIST, root + step, begin, self._now - begin - 0.15, 0.48)

    def rest_together(self) -> None:
        """End on one chord, each of the child's last notes slower and softer."""
        for step in (-5, -3, 0, 2):
            self._note(Player.THERAPIST, step, self._now, 5.5, 0.45)
        for degree, velocity in ((7, 0.6), (5, 0.52), (4, 0.46), (2, 0.4), (0, 0.36)):
            self._note(Player.CHILD, degree, self._now, 1.2, velocity)
            self._beat *= 1.18
            self._now += self._beat

    def _note(self, player: Player, degree: int, start: float, length: float, velocity: float) -> None:
        number = next(self._numbers)
        touch = min(max(velocity, 0.1), 1.0)
        key = self._scale.key(degree, _ROOT)
        self.asked.append(Asked(start, NoteOn(player, number, key, touch, touch, Source.TOUCH)))
        self.asked.append(Asked(start + length, NoteOff(player, number)))
