"""The pages as a therapist has them: the real server, a real browser, and ears at what the page plays.

What a sound element plays is taken where it leaves the element, in the browser's own sound thread, and compared with
what the engine renders: so it is known which moment of the take was heard, of whom, and at which pitch.
"""

from __future__ import annotations

import base64
import io
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mido
import numpy as np
import soundfile
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from bedside.archive.store.store import Store
from e2e.rig.program import BEDSIDE

CODE = "seahorse-7-harbour"
RATE = 48_000
PATIENCE_SECONDS = 60.0

# Correlating looks at every so many frames.
_STEP = 6
WINDOW_SECONDS = 0.35

_EAR = """
class Ear extends AudioWorkletProcessor {
  constructor() { super(); this.kept = []; }
  process(inputs) {
    const heard = inputs[0][0];
    this.kept.push(heard ? heard.slice() : new Float32Array(128));
    if (this.kept.length === 32) {
      const all = new Float32Array(4096);
      this.kept.forEach((part, at) => all.set(part, at * 128));
      this.port.postMessage(all, [all.buffer]);
      this.kept = [];
    }
    return true;
  }
}
registerProcessor("ear", Ear);
"""
_LISTEN = """
(() => {
  const tapped = new WeakSet();
  window.heard = [];
  const begun = (async () => {
    const context = new AudioContext({ sampleRate: 48000 });
    await context.audioWorklet.addModule(URL.createObjectURL(new Blob([EAR], { type: "text/javascript" })));
    const ear = new AudioWorkletNode(context, "ear");
    ear.port.onmessage = (event) => window.heard.push(event.data);
    ear.connect(context.destination);
    return { context, ear };
  });
  let ready = null;
  const tap = (element) => {
    if (tapped.has(element)) return;
    tapped.add(element);
    ready ??= begun();
    ready.then(({ context, ear }) => {
      context.resume();
      context.createMediaElementSource(element).connect(ear);
    });
  };
  new MutationObserver((changes) => {
    for (const change of changes) for (const node of change.addedNodes) if (node.tagName === "AUDIO") tap(node);
  }).observe(document, { childList: true, subtree: true });
})();
"""


@dataclass
class Pages:
    """The pages of a data folder at an address."""

    address: str
    data: Path

    def take(self) -> str:
        """Return the id of the take that was kept last."""
        with Store.open(self.data) as store:
            return store.takes()[-1].id


def score(
    path: Path, notes: list[tuple[int, float, float, int, int]], seconds: float, programs: tuple[int, ...]
) -> Path:
    """Write a MIDI file of notes: channel, beginning and length in seconds, key, velocity."""
    file = mido.MidiFile(type=1, ticks_per_beat=480)
    for channel, program in enumerate(programs):
        timed = [(0.0, 0, mido.Message("program_change", channel=channel, program=program))]
        for of, begin, length, key, velocity in notes:
            if of == channel:
                timed.append((begin, 2, mido.Message("note_on", channel=of, note=key, velocity=velocity)))
                timed.append((begin + length, 1, mido.Message("note_off", channel=of, note=key)))
        track = mido.MidiTrack()
        before = 0
        for at, _, message in sorted(timed, key=lambda item: item[:2]):
            tick = round(at * 960)
            track.append(message.copy(time=tick - before))
            before = tick
        track.append(mido.MetaMessage("end_of_track", time=round(seconds * 960) - before))
        file.tracks.append(track)
    file.save(path)
    return path


@contextmanager
def served(data: Path, *scores: Path) -> Iterator[Pages]:
    """Import scores into a folder and serve its pages, by the real program."""
    if scores:
        run = [*BEDSIDE, "--data", str(data), "import", *map(str, scores)]
        subprocess.run(run, check=True, capture_output=True)
    with Store.create(data) as store:
        store.gate().set(CODE)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [*BEDSIDE, "--data", str(data), "review", "--no-browser", "--port", str(port)]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, process.stderr.read() if process.stderr else ""
            time.sleep(0.05)
        yield Pages(f"http://127.0.0.1:{port}", data)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Give Debian's browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("BEDSIDE_CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
        )
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def entered(browser: Browser, pages: Pages, ears: bool = False, **settings: Any) -> Iterator[Page]:
    """Give a page of somebody who has logged in; faults of the page's own, and breaches of its policy, fail the test.

    With ``ears`` what it plays is heard; the policy is then not in force, for it lets nobody add ears.
    """
    context: BrowserContext = browser.new_context(
        **{"viewport": {"width": 1280, "height": 900}, "bypass_csp": ears, **settings}
    )
    faults: list[str] = []
    try:
        page = context.new_page()
        page.set_default_timeout(PATIENCE_SECONDS * 1000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        page.goto(f"{pages.address}/enter")
        page.get_by_label("Staff code").fill(CODE)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{pages.address}/")
        if ears:
            page.add_init_script(f"const EAR = {json.dumps(_EAR)};\n{_LISTEN}")
        yield page
        assert faults == []
    finally:
        context.close()


def opened(page: Page, pages: Pages, take: str = "") -> Page:
    """Open the page of a take and wait until all of it is there."""
    page.goto(f"{pages.address}/takes/{take or pages.take()}")
    page.wait_for_selector("html[data-whole]", state="attached")
    return page


def rendered(page: Page, pages: Pages, take: str, players: str = "") -> np.ndarray:
    """Return the left side of a take's sound, from the server, at 48 kHz."""
    answer = page.request.get(f"{pages.address}/sound/{take}.wav?players={players}")
    assert answer.status == 200
    sound, rate = soundfile.read(io.BytesIO(answer.body()), dtype="float32")
    assert rate == RATE
    left: np.ndarray = sound[:, 0]
    return left


def forget(page: Page) -> None:
    """Forget what was heard so far."""
    page.evaluate("() => { window.heard.length = 0; }")


def heard(page: Page) -> np.ndarray:
    """Return what was heard since it was forgotten, at 48 kHz."""
    text = page.evaluate(
        """() => {
          const all = new Float32Array(window.heard.length * 4096);
          window.heard.forEach((part, at) => all.set(part, at * 4096));
          const bytes = new Uint8Array(all.buffer);
          let text = "";
          for (let at = 0; at < bytes.length; at += 32768) {
            text += String.fromCharCode(...bytes.subarray(at, at + 32768));
          }
          return btoa(text);
        }"""
    )
    return np.frombuffer(base64.b64decode(text), np.float32)


def places(sound: np.ndarray, *wholes: np.ndarray) -> list[tuple[float, float, int]]:
    """Return for each third of a second that sounds where it lies in a take, in seconds, how surely, and in which.

    ``wholes`` are renderings of the same take, for different players. How surely is the correlation there, 0–1.
    """
    window = int(WINDOW_SECONDS * RATE)
    found = []
    kept = [whole[::_STEP] for whole in wholes]
    for begin in range(0, len(sound) - window, window):
        part = sound[begin : begin + window]
        if np.sqrt(np.mean(part**2)) < 1e-3 or np.any(np.convolve(part == 0, np.ones(200), "valid") == 200):
            continue
        best = (0.0, -1.0, -1)
        for which, whole in enumerate(wholes):
            at, sure = _place(part, whole, kept[which])
            if sure > best[1]:
                best = (at, sure, which)
        found.append(best)
    return found


def _place(part: np.ndarray, whole: np.ndarray, thin: np.ndarray) -> tuple[float, float]:
    few = part[::_STEP]
    size = 1 << int(np.ceil(np.log2(len(thin) + len(few))))
    crossed = np.fft.irfft(np.fft.rfft(thin, size) * np.conj(np.fft.rfft(few, size)), size)[: len(thin) - len(few)]
    energy = np.cumsum(np.concatenate([[0.0], thin.astype(np.float64) ** 2]))
    norm = np.sqrt(np.maximum(energy[len(few) :] - energy[: -len(few)], 1e-9))[: len(crossed)]
    rough = int(np.argmax(crossed / norm)) * _STEP
    best = (0.0, -1.0)
    for at in range(max(rough - _STEP, 0), min(rough + _STEP + 1, len(whole) - len(part))):
        other = whole[at : at + len(part)]
        sure = float(np.dot(part, other) / max(np.linalg.norm(part) * np.linalg.norm(other), 1e-9))
        if sure > best[1]:
            best = (at / RATE, sure)
    return best


def position(page: Page) -> float:
    """Return where the page's player is, in seconds."""
    return float(page.evaluate("document.querySelector('#sounds audio').currentTime"))
