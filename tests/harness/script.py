"""What is played in one life of a recorder: the same for the same life, and each item can be told from all others."""

from __future__ import annotations

import random
from dataclasses import dataclass

from bedside.archive.store.choices import Chosen, Marked
from bedside.music.events import Lost, NoteOff, NoteOn, Performed, Player, Resumed, Source, TakeBegan

LIFE = 1_000_000

# What is typed begins with this, and has numbers of its own.
WORDS = "words"
_FIRST_WORDS = LIFE // 2


@dataclass(frozen=True, slots=True)
class NextChild:
    """A new session, of the patient with this code."""

    code: str


Item = Performed | Chosen | Marked | NextChild


def script(life: int, count: int) -> list[Item]:
    """Return the items of a life, the first of which begins a take; each holds its `serial`."""
    chance = random.Random(life)
    frame, items = 0, list[Item]()
    for number in range(life * LIFE, life * LIFE + count):
        frame += chance.randrange(2000)
        dice = chance.random()
        if not items or dice < 0.02 or isinstance(items[-1], NextChild):
            frame = 0
            items.append(Performed(0, TakeBegan(number, 48_000, 128)))
        elif dice < 0.5:
            sound = (chance.randrange(128), chance.random(), chance.random())
            items.append(Performed(frame, NoteOn(Player.CHILD, number, *sound, Source.TOUCH)))
        elif dice < 0.92:
            items.append(Performed(frame, NoteOff(Player.CHILD, number)))
        elif dice < 0.93:
            # The card is lost, and found again: what is played between is heard by nobody.
            items.append(Performed(frame, Lost()))
        elif dice < 0.94:
            items.append(Performed(frame, Resumed(float(number))))
        elif dice < 0.96:
            items.append(Chosen(frame, "world", str(number), "child"))
        elif dice < 0.99:
            items.append(Marked(frame, float(number)))
        else:
            items.append(NextChild(f"P-{life}"))
    return items


def serial(item: Item) -> int | None:
    """Return the number that an item holds; None if it leaves no trace of its own."""
    match item:
        case Performed(_, TakeBegan() as began):
            return began.seed
        case Performed(_, NoteOn() | NoteOff() as event):
            return event.note
        case Performed(_, Resumed() as resumed):
            return round(resumed.spent)
        case Chosen() as chosen:
            return int(chosen.which)
        case Marked() as marked:
            return round(marked.seconds)
        case _:
            return None


def words(life: int, after: int) -> int:
    """Return the serial of the words that are typed after an item of a life."""
    return life * LIFE + _FIRST_WORDS + after
