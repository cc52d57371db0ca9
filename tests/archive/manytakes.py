"""The takes of a ward after some years: thousands, a few of them with music, written quickly."""

from __future__ import annotations

import random
import uuid
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert

from bedside.archive.store.choices import STAR
from bedside.archive.store.models import Choice, PartRow, Patient, Remark, Session, Take
from bedside.archive.store.store import Store

RATE = 48_000
FIRST = datetime(2023, 1, 9, 9, 0, tzinfo=UTC)
WORDS = ("waits", "answers", "leads", "repeats", "softly", "the high bells", "both hands", "an echo", "a long rest")


def fill(store: Store, takes: int, seed: int = 1) -> None:
    """Keep so many takes of a hundred children, four to a session, a third with remarks, a tenth with a star."""
    chance = random.Random(seed)

    def fresh() -> str:
        return f"{chance.getrandbits(128):032x}"

    patients = [
        {"id": fresh(), "code": f"{chance.choice('KLMN')}{number:03}", "picture": None} for number in range(100)
    ]
    sessions, kept, parts, remarks, choices = [], [], [], [], []
    for number in range(takes):
        at = FIRST + timedelta(hours=2.4 * (number // 4), minutes=9 * (number % 4))
        if number % 4 == 0:
            of = chance.choice(patients)["id"] if chance.random() < 0.95 else None
            sessions.append({"id": fresh(), "patient_id": of, "began": at, "sequence": number})
        take = fresh()
        kept.append(
            {
                "id": take,
                "session_id": sessions[-1]["id"],
                "began": at,
                "sequence": number,
                "origin": "played" if chance.random() < 0.97 else "imported",
                "sound": "1",
                "rate": RATE,
                "seed": number,
                "block": 128,
                "frames": round(RATE * chance.uniform(20, 900)),
            }
        )
        for entered, player in enumerate(("child", "therapist") if chance.random() < 0.8 else ("child",)):
            parts.append({"take_id": take, "player": player, "notes": chance.randrange(10, 4000), "entered": entered})
        if chance.random() < 0.33:
            first = round(RATE * chance.uniform(0, 20))
            remarks.append(
                {
                    "id": uuid.UUID(int=chance.getrandbits(128)).hex,
                    "take_id": take,
                    "first": first,
                    "last": first,
                    "written": at,
                    "words": " ".join(chance.choices(WORDS, k=30)),
                }
            )
        if chance.random() < 0.1:
            choices.append(
                {
                    "id": fresh(),
                    "session_id": sessions[-1]["id"],
                    "take_id": take,
                    "frame": 0,
                    "made": at,
                    "what": STAR,
                    "which": "",
                    "by": "child",
                }
            )
    with store.writing() as writing:
        for table, made in (
            (Patient, patients),
            (Session, sessions),
            (Take, kept),
            (PartRow, parts),
            (Remark, remarks),
            (Choice, choices),
        ):
            if made:
                writing._connection.execute(insert(table), made)
