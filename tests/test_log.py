"""The log: small, private, without anybody's words, and in nobody's way."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bedside import log
from bedside.errors import NotFound
from bedside.review.hearing import rendering
from bedside.sound.live.host import EngineHost
from bedside.sound.live.process import EngineSettings

CODE = "K7-planted"
WORDS = "Er lacht zum ersten Mal"
KEYS = "[60, 64, 67]"

logger = logging.getLogger("bedside.test")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    log.start(tmp_path, "test")
    yield tmp_path
    log.close(5.0)
    os.environ.pop("BEDSIDE_LOG", None)
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks


def written(folder: Path) -> list[log.LogLine]:
    """Return the lines of a log once what waits is written."""
    for handler in logging.getLogger("bedside").handlers:
        if isinstance(handler, log._Handler):
            handler.flush_within(5.0)
    return log.read(folder)


def child(program: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a program that follows the log of a folder."""
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        env={**os.environ, "BEDSIDE_LOG": str(folder / log.FILE)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def until(condition: Callable[[], bool]) -> bool:
    """Wait for a condition, at most half a minute."""
    end = time.monotonic() + 30.0
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


def fail(error: BaseException) -> None:
    raise error


def test_a_line_says_what_happened_and_where(folder: Path) -> None:
    """A record is one line: when, which process, how grave, which module, what, the exceptions and their places."""
    try:
        try:
            fail(PermissionError(13, "Permission denied", f"/home/{CODE}"))
        except OSError as error:
            raise NotFound(f"No take is called {WORDS}.") from error
    except NotFound:
        logger.exception("It failed after %d tries and %.1f ms.", 3, 1.25)
    (line,) = written(folder)
    assert (line.process, line.pid, line.level, line.module) == ("test", os.getpid(), "error", "test")
    assert line.event == "It failed after 3 tries and 1.2 ms."
    assert line.error == "NotFound from PermissionError EACCES"
    assert line.at[0].startswith("test_log.py:")
    assert line.at[0].endswith("test_a_line_says_what_happened_and_where")
    assert log.parse(str(line)) == line
    assert oct((folder / log.FILE).stat().st_mode & 0o777) == "0o600"


def test_no_words_no_codes_no_notes(folder: Path) -> None:
    """Neither arguments nor messages of exceptions come into the log: numbers do, and `Safe` texts."""
    for planted in (CODE, WORDS, KEYS):
        try:
            fail(ValueError(planted))
        except ValueError:
            logger.exception("A fault of %s with %r.", planted, [planted])
        logger.warning("It was %s, %s.", planted, log.Safe("READY"))
    thread = threading.Thread(target=fail, args=(KeyError(WORDS),))
    thread.start()
    thread.join()
    lines = written(folder)
    text = (folder / log.FILE).read_text()
    assert len(lines) == 7
    assert "A fault of … with …." in text and "It was …, READY." in text
    assert "A thread ended with a fault. | KeyError at test_log.py:" in text
    for planted in (CODE, WORDS, KEYS, str(Path.home())):
        assert planted not in text


def test_what_a_child_prints(folder: Path) -> None:
    """What a library prints in a child comes into the log under the child's name; what an exception says does not."""
    program = f"import sys; print('ALSA lib pcm.c: no card', file=sys.stderr); raise KeyError({WORDS!r})"
    with log.stderr_for_child("engine") as said:
        process = subprocess.Popen([sys.executable, "-c", program], stderr=said)
    process.wait(30)

    def engine() -> list[log.LogLine]:
        return [line for line in written(folder) if line.process == "engine"]

    assert until(lambda: any(line.event == "KeyError: …" for line in engine()))
    found = engine()
    assert found[0].event == "ALSA lib pcm.c: no card"
    assert found[-1].event == "KeyError: …"
    assert all(line.module == "stderr" for line in found)
    assert WORDS not in "".join(line.event for line in found if not line.event.startswith(("File", "raise")))


@pytest.mark.parametrize(
    ("printed", "kept"),
    [
        ("Traceback (most recent call last):\n  raise ValueError(WORDS)\nValueError: K7\nwept\n", ["ValueError: …"]),
        ('  File "/home/anna/bedside/log.py", line 3, in f\n', ["bedside/log.py:3"]),
        ("/home/anna/x.py:3: UserWarning: K7 wept\n", ["UserWarning: …"]),
        ("Exception ignored in: <K7 wept>\n", ["Exception: …"]),
        ("no such file: '/home/Anna May/K7 wept.mid'\n", ["no such file: …"]),
        ("cannot open /home/Anna May/K7 wept.mid: gone\n", ["cannot open …: gone"]),
        ("ALSA lib pcm.c:2721:(snd_pcm_open) Unknown PCM\n", ["ALSA lib pcm.c:2721:(snd_pcm_open) Unknown PCM"]),
    ],
)
def test_what_a_child_prints_names_nobody(folder: Path, printed: str, kept: list[str]) -> None:
    """Of a message over several lines, a warning or a path, only the type and the place in the program are kept."""
    with log.stderr_for_child("engine") as said:
        command = [sys.executable, "-c", f"import sys; sys.stderr.write({printed!r})"]
        subprocess.run(command, stderr=said, check=True)
    assert until(lambda: [line.event for line in written(folder) if line.event != "Traceback"] == kept)


def test_a_child_that_prints_on_and_on_never_waits(folder: Path) -> None:
    """Standard error that nobody reads as fast as it is written holds nobody up, and the log stays small."""
    program = """
import os
for _ in range(200_000):
    try:
        os.write(2, b"x" * 100 + b"\\n")
    except BlockingIOError:
        pass
"""
    with log.stderr_for_child("engine") as said:
        process = subprocess.Popen([sys.executable, "-c", program], stderr=said)
    assert process.wait(60) == 0
    assert len(written(folder)) <= 10


def test_an_exception_in_a_process_leaves_one_line(folder: Path) -> None:
    """A process that follows the log leaves a line about what nobody caught, and prints nothing."""
    ended = child(
        f"""
        from bedside import log
        log.follow("baker")
        raise RuntimeError({WORDS!r})
        """,
        folder,
    )
    assert ended.returncode == 1
    assert ended.stderr == ""
    (line,) = log.read(folder)
    assert (line.process, line.event, line.error) == ("baker", "The process ended with a fault.", "RuntimeError")


@pytest.mark.slow
def test_a_take_that_cannot_be_rendered_leaves_one_line(folder: Path) -> None:
    """The renderer's process logs what failed under its own name; the pages hear a sentence."""
    renderer = rendering.Renderer(None)
    renderer.send(rendering.NextPiece(7))
    assert renderer.receive() == rendering.Fault("This take cannot be heard.")
    assert until(lambda: len(written(folder)) == 1)
    renderer.end()
    (line,) = written(folder)
    assert (line.process, line.event, line.error) == ("renderer", "A take could not be rendered.", "KeyError")


def test_a_turn_of_the_host_that_fails_leaves_one_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread that keeps the engines logs what failed, and goes on."""
    host = EngineHost(EngineSettings(48000, 128, 8, None), frozenset(), lambda _: None)
    turns: list[float] = []

    def turn(turned: float) -> None:
        turns.append(turned)
        if len(turns) == 2:
            host._stopped.set()
        raise KeyError(WORDS)

    monkeypatch.setattr(host, "_turn", turn)
    host._run()
    assert len(turns) == 2
    found = written(folder)
    assert {(line.process, line.event, line.error) for line in found} == {
        ("test", "The engine's host failed in one of its turns.", "KeyError")
    }
    assert WORDS not in (folder / log.FILE).read_text()


def test_it_stays_small(folder: Path) -> None:
    """However much is logged, two files of bounded size are kept, the newest lines among them, and nobody else's."""
    path = folder / log.FILE
    for number in range(3000):
        log.append(path, f"{number} {'x' * 90}\n".encode(), most=10_000)
    assert path.stat().st_size <= 10_100
    assert path.with_name(log.OLDER).stat().st_size <= 10_200
    assert sorted(file.name for file in folder.iterdir()) == [log.FILE, log.OLDER]
    kept = (path.with_name(log.OLDER).read_text() + path.read_text()).splitlines()
    assert [int(line.split()[0]) for line in kept] == list(range(3000 - len(kept), 3000))
    assert oct(path.with_name(log.OLDER).stat().st_mode & 0o777) == "0o600"


def test_no_file_of_it_grows_beyond_half_a_megabyte(folder: Path) -> None:
    """Whatever goes wrong for however long, it takes no room that music needs."""
    path = folder / log.FILE
    for _ in range(40):
        log.append(path, b"x" * 50_000)
        assert all(file.stat().st_size <= 500_000 for file in folder.iterdir())


def test_many_processes_at_once(folder: Path) -> None:
    """Lines of several processes are whole, and none is lost, also while the file is copied and emptied."""
    path = folder / log.FILE
    program = f"""
        import sys
        from pathlib import Path
        from bedside import log
        for number in range(300):
            log.append(Path({str(path)!r}), f"{{sys.argv[1]}} {{number}} {{'x' * 80}}\\n".encode(), most=45_000)
    """
    runs = [subprocess.Popen([sys.executable, "-c", textwrap.dedent(program), str(name)]) for name in range(3)]
    assert [run.wait(60) for run in runs] == [0, 0, 0]
    kept = (path.with_name(log.OLDER).read_text() + path.read_text()).splitlines()
    found = [tuple(map(int, line.split()[:2])) for line in kept]
    # 900 lines of about 87 bytes are less than two files of 45 000 bytes: all are kept.
    assert sorted(found) == [(name, number) for name in range(3) for number in range(300)]
    assert all(line.endswith("x" * 80) for line in kept)


def test_repeats_are_counted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault at every frame leaves a few lines; later, how many were left out is said."""
    for _ in range(1000):
        logger.warning("A frame failed.")
    assert len(written(folder)) == 3
    monkeypatch.setattr(log, "_REPEAT_SECONDS", -1.0)
    logger.warning("A frame failed.")
    assert written(folder)[-1].event == "A frame failed. (Before, 997 more were left out.)"


@pytest.mark.parametrize("place", ["missing", "file", "full", "folder", "link", "pipe"])
def test_a_log_that_cannot_be_written_harms_nobody(tmp_path: Path, place: str) -> None:
    """Without its folder, or with something else in its place, logging neither raises nor waits, and spoils nothing."""
    folder = tmp_path / "kept"
    if place == "file":
        folder.write_text("")
    if place == "full":
        folder.mkdir()
        (folder / log.FILE).symlink_to("/dev/full")
    if place == "folder":
        (folder / log.FILE).mkdir(parents=True)
    if place == "link":
        folder.mkdir()
        (tmp_path / "another").write_bytes(b"x" * (log.MOST_BYTES + 1))
        (folder / log.FILE).symlink_to(tmp_path / "another")
    if place == "pipe":
        folder.mkdir()
        os.mkfifo(folder / log.FILE)
    log.start(folder, "test")
    try:
        began = time.perf_counter()
        for number in range(2000):
            logger.warning("It was %d.", number)
        assert time.perf_counter() - began < 2.0
        began = time.perf_counter()
        log.close(5.0)
        assert time.perf_counter() - began < 2.0
        assert log.read(tmp_path / "kept" / "none") == []
    finally:
        os.environ.pop("BEDSIDE_LOG", None)
    assert not (tmp_path / "kept" / log.OLDER).exists()
    assert place != "link" or (tmp_path / "another").stat().st_size == log.MOST_BYTES + 1


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such limit")
def test_a_full_disk_leaves_no_half_line(folder: Path) -> None:
    """What does not fit is written when there is room, and no line is cut."""
    ended = child(
        """
        import logging, os, resource
        from bedside import log
        most = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        log.follow("test")
        logger = logging.getLogger("bedside.test")
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, most))
        for number in range(40):
            logger.warning(f"Line {number}.")
        log.close(5.0)
        log.follow("test")
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        logger.warning("There is room.")
        """,
        folder,
    )
    assert ended.returncode == 0
    text = (folder / log.FILE).read_text()
    assert len(log.read(folder)) == len(text.splitlines()) == text.count(" test ") > 5
    assert "There is room." in text


def test_what_was_logged_before_the_folder_was_made_comes_later(tmp_path: Path) -> None:
    """Lines from before there is a data folder are written with the first line after it is there."""
    kept = tmp_path / "kept"
    log.start(kept, "test")
    try:
        logger.info("The first.")
        assert written(kept) == []
        kept.mkdir()
        logger.info("The second.")
        assert [line.event for line in written(kept)] == ["The first.", "The second."]
    finally:
        log.close(5.0)
        os.environ.pop("BEDSIDE_LOG", None)


def test_without_a_log_nothing_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process whose parent has no log, as in other programs, prints and writes nothing; a child's output is lost."""
    monkeypatch.delenv("BEDSIDE_LOG", raising=False)
    log.close(0.0)
    with log.stderr_for_child("engine") as said:
        assert said == subprocess.DEVNULL


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_can_only_be_read(tmp_path: Path) -> None:
    """In a folder that cannot be written nothing is logged, and nobody hears of it."""
    tmp_path.chmod(0o500)
    log.start(tmp_path, "test")
    logger.error("It failed.")
    log.close(5.0)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_doctor_prints_it(folder: Path) -> None:
    """`bedside doctor --log` prints the log, the newest line last; with --json as values."""

    def doctor(*arguments: str) -> str:
        command = [sys.executable, "-m", "bedside", "--data", str(folder), "doctor", "--log", *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout

    assert doctor() == "The log is empty.\n"
    logger.warning("The first.")
    logger.warning("The second.")
    lines = written(folder)
    assert doctor().splitlines() == [str(line) for line in lines]
    found = json.loads(doctor("--json"))
    assert [each["event"] for each in found] == ["The first.", "The second."]
    assert found == [json.loads(json.dumps(line.as_json())) for line in lines]
