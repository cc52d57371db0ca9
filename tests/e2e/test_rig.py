"""The rig itself: what a test does to a device arrives at a program, and what the program does arrives at the test."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import jack
import numpy as np
import pygame
import pytest

from e2e.rig.keyboard import Keyboard
from e2e.rig.program import Program, alive
from e2e.rig.script import running, said
from e2e.rig.soundcard import SoundCard
from e2e.rig.touchscreen import Touchscreen
from e2e.rig.waiting import wait_for

TOUCHED = """
import json, pygame
pygame.display.init()
screen = pygame.display.set_mode((1280, 800), pygame.NOFRAME)
screen.fill((0, 128, 255), (640, 0, 640, 800))
pygame.display.flip()
names = {pygame.FINGERDOWN: "down", pygame.FINGERMOTION: "move", pygame.FINGERUP: "up", pygame.MOUSEBUTTONDOWN: "mouse"}
while True:
    event = pygame.event.wait()
    if event.type == pygame.WINDOWEXPOSED:
        print(json.dumps(["shown", 0, 0, 0]), flush=True)
    elif event.type in names:
        finger, x, y = (getattr(event, name, None) for name in ("finger_id", "x", "y"))
        print(json.dumps([names[event.type], finger, x, y]), flush=True)
"""

NOISE = """
import sys, time
import numpy as np, sounddevice
path, block, rate = sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
sound = np.load(path)
position = 0
def play(out, frames, when, status):
    global position
    out[:] = sound[position : position + frames]
    position += frames
with sounddevice.OutputStream(samplerate=rate, blocksize=block, channels=2, dtype="float32", callback=play) as stream:
    while position < len(sound) - 2 * block:
        time.sleep(0.05)
"""

LATE = """
import time
import sounddevice
def play(out, frames, when, status):
    out[:] = 0
    time.sleep(0.1)
with sounddevice.OutputStream(samplerate=48000, blocksize=128, channels=2, dtype="float32", callback=play) as stream:
    time.sleep(60)
"""

LISTENER = """
import json, time
from bedside.stage.input import rtmidi
midi = rtmidi.library().MidiIn(3)
while not (ports := [port for port in midi.get_ports() if port.startswith("Keyboard")]):
    time.sleep(0.02)
midi.open_port(midi.get_ports().index(ports[0]))
print(json.dumps(ports), flush=True)
while True:
    if received := midi.get_message():
        print(json.dumps(received[0]), flush=True)
    else:
        time.sleep(0.005)
"""

TEST_RUN = """
import sys, time
from contextlib import nullcontext
from e2e.rig.soundcard import SoundCard
from e2e.rig.touchscreen import Touchscreen
with SoundCard(), Touchscreen() if "screen" in sys.argv else nullcontext():
    print("started", flush=True)
    time.sleep(600)
"""


def test_ten_fingers_arrive_apart(touchscreen: Touchscreen, tmp_path: Path) -> None:
    """Ten fingers held at once arrive as ten FINGERDOWNs where they were put, and as nothing else."""
    with running(TOUCHED, tmp_path, env=touchscreen.env) as program:
        program.wait_for(lambda: said(program), 20, "the window")
        places = [((finger + 0.5) / 10, (finger + 1) / 12) for finger in range(10)]
        for finger, (x, y) in enumerate(places):
            touchscreen.down(finger, x, y)
        program.wait_for(lambda: len([s for s in said(program) if s[0] == "down"]) >= 10, 30, "ten fingers")
        downs = [event for event in said(program) if event[0] == "down"]
        assert len({finger for _, finger, _, _ in downs}) == 10
        np.testing.assert_allclose([(x, y) for *_, x, y in downs], places, atol=1 / 800)

        touchscreen.move(3, 0.9, 0.95)
        touchscreen.lift()
        program.wait_for(lambda: len([s for s in said(program) if s[0] == "up"]) >= 10, 30, "ten fingers lifted")
        moves = [event for event in said(program) if event[0] == "move" and event[1] == downs[3][1]]
        assert moves[-1][2:] == pytest.approx([0.9, 0.95], abs=1 / 800)
        assert [event[1] for event in said(program) if event[0] == "up"] == [finger for _, finger, _, _ in downs]
        assert not [event for event in said(program) if event[0] == "mouse"]


def test_a_screenshot_shows_the_screen(touchscreen: Touchscreen, tmp_path: Path) -> None:
    """A screenshot has the screen's size and the colours that the program drew."""
    with running(TOUCHED, tmp_path, env=touchscreen.env) as program:
        program.wait_for(lambda: said(program), 20, "the window")
        picture = tmp_path / "screen.png"

        def drawn() -> pygame.Surface | None:
            touchscreen.screenshot(picture)
            surface = pygame.image.load(picture)
            return surface if surface.get_at((1000, 400))[:3] == (0, 128, 255) else None

        surface = program.wait_for(drawn, 30, "the drawing")
    assert surface.get_size() == (1280, 800)
    assert surface.get_at((639, 400))[:3] == (0, 0, 0)
    assert surface.get_at((640, 400))[:3] == (0, 128, 255)


def test_the_screen_refuses_impossible_touches(touchscreen: Touchscreen) -> None:
    """A finger is down once, lifted once, on the screen, and there are ten of them."""
    with pytest.raises(ValueError, match="not down"):
        touchscreen.up(0)
    with pytest.raises(ValueError, match="not on the screen"):
        touchscreen.down(0, 1.01, 0.5)
    for finger in range(10):
        touchscreen.down(finger, 0.5, 0.5)
    for finger in (0, 10):
        with pytest.raises(ValueError, match="cannot go down"):
            touchscreen.down(finger, 0.5, 0.5)


def test_a_screen_that_cannot_start_says_why() -> None:
    """A screen too large for its video memory raises the end of Xorg's log."""
    refused = pytest.raises(RuntimeError, match=r"(?s)Xorg did not start.*no screens found")
    with refused, Touchscreen(size=(32000, 32000)):
        pass


def test_the_devices_end_with_a_killed_test_run(tmp_path: Path) -> None:
    """When the process that made them is killed, no X server and no JACK server lives on."""
    env = {"PYTHONPATH": str(Path(__file__).parents[1])}
    with running(TEST_RUN, tmp_path, "screen", env=env) as program:
        program.wait_for(lambda: program.stdout.read_text(), 30, "both devices")
        servers = program.children()
        names = {Path(f"/proc/{pid}/comm").read_text().strip() for pid in servers}
        assert names == {"Xorg", "jackd"}
        os.kill(program.pid, signal.SIGKILL)
        wait_for(lambda: not any(alive(pid) for pid in servers), 10, "the servers to end by themselves")


def test_the_card_hears_the_very_bits(tmp_path: Path) -> None:
    """Noise that PortAudio plays is in the record bit for bit, both sides at once, with silence before it."""
    rate, block = 48000, 1024
    random = np.random.default_rng(20)
    noise = random.uniform(-1, 1, (rate, 2)).astype(np.float32)
    # A float's last bits, and values beyond full scale and below 16 bits, are what a conversion would change.
    noise[:4] = [[1 + 2**-23, -1.5], [2**-24, -(2**-30)], [1e-20, 0.1], [1 / 3, -1 / 3]]
    # A second of silence in front, in which the card and the program find each other.
    sound = np.concatenate([np.zeros((rate, 2), np.float32), noise, np.zeros((4 * block, 2), np.float32)])
    np.save(tmp_path / "noise.npy", sound)
    arguments = (str(tmp_path / "noise.npy"), str(block), str(rate))
    # Where the machine stood still for a moment the card says so, and it is played once more.
    for _ in range(20):
        with SoundCard(block=block, rate=rate) as card:
            began = card.now()
            with running(NOISE, tmp_path, *arguments, env=card.env) as program:
                card.wait_connected()
                assert program.wait(20) == 0
            onset = card.onset(began)
            assert onset is not None
            heard = card.heard(began)
        if not card.missed and not card.xruns:
            break
    assert onset is not None
    start = onset - began
    np.testing.assert_array_equal(heard[start : start + rate].view(np.uint32), noise.view(np.uint32))
    assert not heard[:start].any()


def test_a_card_that_nobody_plays_is_silent(card: SoundCard) -> None:
    """An unplayed card counts its frames at its rate and hears exact silence."""
    assert not card.connected()
    began, clock = card.now(), time.monotonic()
    wait_for(lambda: card.end >= began + card.rate // 2, 30, "half a second of silence")
    # A busy machine may be late; no machine is early.
    assert time.monotonic() - clock > 0.4
    heard = card.heard(began)
    assert len(heard) >= card.rate // 2
    assert not heard.any()
    assert card.onset(began) is None
    assert card.heard(card.end + card.rate).shape == (0, 2)


def test_the_card_remembers_so_long_and_says_so() -> None:
    """The ring keeps its last seconds and refuses what it has overwritten or never heard."""
    with SoundCard(seconds=0.25) as card:
        with pytest.raises(ValueError, match="not remembered"):
            card.heard(card.first - 1)
        began = card.now()
        wait_for(lambda: card.end > began + card.rate // 2, 30, "two rounds of the ring")
        with pytest.raises(ValueError, match="not remembered"):
            card.heard(began)
        assert len(card.heard(card.end - card.rate // 8)) >= card.rate // 8


def test_a_frame_is_where_it_was_computed() -> None:
    """What a program computes for a frame is found at that frame, also when the ring has gone round."""
    with SoundCard(block=1024, seconds=0.5) as card:
        client = jack.Client("ramp", servername=card.env["JACK_DEFAULT_SERVER"], no_start_server=True)
        ports = [client.outports.register(side) for side in ("left", "right")]

        def ramp(frames: int) -> None:
            now = client.last_frame_time
            ports[0].get_array()[:] = np.arange(now, now + frames)
            ports[1].get_array()[:] = -np.arange(now, now + frames)

        client.set_process_callback(ramp)
        with client:
            for side, port in enumerate(ports, 1):
                client.connect(port, f"system:playback_{side}")
            assert card.connected()
            began = card.now()
            wait_for(lambda: card.end > began + card.rate, 30, "two rounds of the ring")
            since = card.end - card.rate // 4
            heard = card.heard(since)
        assert card.missed == 0
    frames = np.arange(since, since + len(heard))
    np.testing.assert_array_equal(heard, np.stack([frames, -frames], axis=1))


def test_late_blocks_are_counted(card: SoundCard, tmp_path: Path) -> None:
    """A program that takes 100 ms for a block of 2.7 ms is counted as late."""
    with running(LATE, tmp_path, env=card.env) as program:
        card.wait_connected()
        before = card.xruns
        program.wait_for(lambda: card.xruns >= before + 10, 30, "late blocks")


def test_a_card_starts_beside_and_after_others(tmp_path: Path) -> None:
    """A card starts beside the card of another test run, and after more killed servers than JACK has room for."""
    env = {"PYTHONPATH": str(Path(__file__).parents[1])}
    with running(TEST_RUN, tmp_path, env=env) as other:
        other.wait_for(lambda: other.stdout.read_text(), 30, "the other card")
        for _ in range(10):
            with running(TEST_RUN, tmp_path, env=env) as killed:
                killed.wait_for(lambda: killed.stdout.read_text(), 30, "the card to kill")
                killed.kill_tree()
        with SoundCard() as card:
            assert card.end > card.first
        assert other.exit_code is None


def test_a_card_that_cannot_start_says_why() -> None:
    """A block that jackd refuses raises what it said, and one that it replaces by its own is refused."""
    with pytest.raises(RuntimeError, match=r"(?s)jackd did not start:.*Options for driver"), SoundCard(block=-5):
        pass
    with pytest.raises(RuntimeError, match=r"jackd took \(512, 48000\)"), SoundCard(block=0):
        pass


def test_what_the_keyboard_plays_arrives(card: SoundCard, keyboard: Keyboard, tmp_path: Path) -> None:
    """Keys, pedal and program arrive at an RtMidi input, byte for byte and in order."""
    assert not keyboard.connected()
    with running(LISTENER, tmp_path, env=card.env) as program:
        program.wait_for(keyboard.connected, 20, "the program to open the keyboard")
        program.wait_for(lambda: said(program), 30, "the program to say so")
        before = card.now()
        keyboard.note_on(60, 100)
        keyboard.control(64, 127)
        keyboard.program(5, channel=9)
        keyboard.note_off(60)
        program.wait_for(lambda: len(said(program)) == 5, 30, "four messages")
        assert said(program) == [[keyboard.port], [0x90, 60, 100], [0xB0, 64, 127], [0xC9, 5], [0x80, 60, 64]]
        # Without real-time scheduling a cycle of JACK may come late, and its frames with it.
        assert before - card.rate <= keyboard.sent <= card.now()
    with pytest.raises(ValueError, match="no MIDI message"):
        keyboard.note_on(128)


def test_a_keyboard_comes_and_goes(card: SoundCard, tmp_path: Path) -> None:
    """An unplugged keyboard leaves the program's list of ports, and one plugged in again under its name plays."""
    environment = dict(os.environ)
    keyboard = Keyboard(card)
    for _ in range(3):
        with keyboard, running(LISTENER, tmp_path, env=card.env) as program:
            program.wait_for(keyboard.connected, 20, "the program to open the keyboard")
            program.wait_for(lambda: said(program), 30, "the program to say so")

            def heard(program: Program = program) -> bool:
                # Again and again, because JACK loses the MIDI of a cycle in which somebody is late.
                keyboard.note_on(72)
                time.sleep(0.2)
                return [0x90, 72, 64] in said(program)

            program.wait_for(heard, 30, "the note")
        assert not keyboard.connected()
    assert dict(os.environ) == environment
