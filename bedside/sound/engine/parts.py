"""One player's part in the sound: which instrument, how loud and where, and how the player's wheels and pedal stand."""

from __future__ import annotations

from dataclasses import dataclass

from bedside.music.events import Bend, Event, Expression, Level, Pedal, Player, Program, Vibrato


@dataclass(slots=True)
class Part:
    """The state of a part: the instrument's ``slot``, level in dB and pan −1 to 1, and what `Bend` and others set."""

    slot: int = 0
    db: float = 0.0
    pan: float = 0.0
    bend: float = 0.0
    vibrato: float = 0.0
    expression: float = 1.0
    pedal: bool = False

    @property
    def gain(self) -> float:
        """The part's gain; a swell falls as the square of its share, as General MIDI 2 has it for controller 11."""
        return float(10 ** (self.db / 20) * self.expression**2)

    def events(self, player: Player, instrument: str) -> list[Event]:
        """Return the events that bring a fresh part to this state."""
        events: list[Event] = [Program(player, instrument), Level(player, self.db, self.pan)]
        if self.bend:
            events.append(Bend(player, self.bend))
        if self.vibrato:
            events.append(Vibrato(player, self.vibrato))
        if self.expression != 1:
            events.append(Expression(player, self.expression))
        if self.pedal:
            events.append(Pedal(player, self.pedal))
        return events
