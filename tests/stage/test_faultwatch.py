"""Staff are told of each fault once in a sentence, and by a sign for as long as it lasts."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from bedside.archive.recorder import RecordState
from bedside.stage.faultwatch import FaultWatch
from bedside.stage.picture.staffsign import Trouble

WELL: Any = SimpleNamespace(ready=True, health=SimpleNamespace(card=True))


def test_a_second_copy_that_is_not_current_is_shown_while_it_is_so() -> None:
    """A backup disk that is pulled out is told on the screen as on the terminal, after what is more serious."""
    state = RecordState(None, None, None, None, None)
    faults: list[str | None] = [None, "No disk.", "No disk.", None]
    said: list[str] = []
    shown: list[Sequence[Trouble]] = []
    recorder: Any = SimpleNamespace(state=state)
    watch = FaultWatch(WELL, recorder, said.append, shown.append, lambda: faults[0])
    while faults:
        watch.check()
        faults.pop(0)
    assert said == ["No disk."]
    assert [[trouble.sentence for trouble in troubles] for troubles in shown] == [["No disk."], []]


def test_what_is_only_in_memory_comes_before_the_second_copy() -> None:
    """The picture of the sign is that of the most serious fault."""
    shown: list[Sequence[Trouble]] = []
    recorder: Any = SimpleNamespace(state=RecordState("In memory.", 3, None, None, None))
    FaultWatch(WELL, recorder, lambda _: None, shown.append, lambda: "No disk.").check()
    assert [trouble.sentence for trouble in shown[0]] == ["In memory.", "No disk."]
    assert shown[0][0].minutes == 3
