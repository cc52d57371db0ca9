"""The examination of a whole bed: screen, card and keyboard are found and measured, and nothing sounds."""

import json
from datetime import datetime
from pathlib import Path

import numpy as np

from bedside.stage.examination.examination import Examination
from bedside.stage.examination.finding import Finding, Standing
from bedside.stage.examination.page import page
from commands.program import bedside
from e2e.rig.keyboard import Keyboard
from e2e.rig.soundcard import SoundCard
from e2e.rig.touchscreen import Touchscreen


def test_a_whole_bed_is_examined_in_silence(
    touchscreen: Touchscreen, card: SoundCard, keyboard: Keyboard, tmp_path: Path
) -> None:
    """The ward's page names the touch panel, the card and the keyboard, counts late blocks, and nothing sounds."""
    before = card.now()
    ended = bedside(tmp_path / "kept", "doctor", "--ward", "--json", **touchscreen.env, **card.env)
    assert (ended.code, ended.err) == (0, "")
    found = json.loads(ended.out)
    assert found["screen"] == {"width": 1280, "height": 800, "touch_panels": 1}
    assert found["heard_on"] == "system"
    assert found["latency"]["card_ms"] > 0
    assert found["latency"]["median_ms"] <= found["latency"]["p95_ms"]
    assert found["blocks"] > 10_000
    assert any(keyboard.name in name for name in found["midi"])
    assert found["midi_system"] == "JACK"
    assert len(found["reference"]["groups"]) == 29
    assert not np.any(card.heard(before))
    assert not (tmp_path / "kept").exists()
    findings = tuple(
        Finding(each["what"], each["said"], Standing(each["standing"]), each["advice"]) for each in found["findings"]
    )
    printed = page(Examination(findings), datetime.now().astimezone())
    (tmp_path / "page.txt").write_text(printed, "utf-8")
    assert len(printed.splitlines()) <= 60
