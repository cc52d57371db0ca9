"""Staff are told of each fault once in a sentence, and by a sign for as long as it lasts."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from bedside.archive.recorder import RecordState
from bedside.stage.faultwatch import FaultWatch
from bedside.stage.picture.staffsign import Trouble

WELL: Any = SimpleNamespace(ready=True, health=SimpleNamespace(card=True, restarts=0))


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


@pytest.mark.parametrize(("restarts", "told_after"), [(0, 60.0), (1, 5.0)])
def test_an_engine_that_merely_starts_is_no_fault(
    monkeypatch: pytest.MonkeyPatch, restarts: int, told_after: float
) -> None:
    """Until the first engine has played it may take a minute; one that had to be replaced before is told sooner."""
    now = [100.0]
    monkeypatch.setattr("bedside.stage.faultwatch.time.monotonic", lambda: now[0])
    host: Any = SimpleNamespace(ready=False, health=SimpleNamespace(card="", restarts=restarts))
    recorder: Any = SimpleNamespace(state=RecordState(None, None, None, None, None))
    said: list[str] = []
    watch = FaultWatch(host, recorder, said.append, lambda _: None)
    now[0] += told_after - 0.1
    watch.check()
    assert said == []
    now[0] += 0.2
    watch.check()
    assert len(said) == 1
    assert "restart bedside" in said[0]


def test_an_engine_that_has_played_is_told_after_some_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once it has played, an engine that does not respond is a fault."""
    now = [100.0]
    monkeypatch.setattr("bedside.stage.faultwatch.time.monotonic", lambda: now[0])
    host: Any = SimpleNamespace(ready=True, health=SimpleNamespace(card="one", restarts=0))
    recorder: Any = SimpleNamespace(state=RecordState(None, None, None, None, None))
    said: list[str] = []
    watch = FaultWatch(host, recorder, said.append, lambda _: None)
    watch.check()
    host.ready = False
    now[0] += 5.1
    watch.check()
    assert "restart bedside" in said[0]
