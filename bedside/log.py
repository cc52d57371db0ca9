"""The log: one small file in the data folder that tells those who look after the computer what went wrong.

It holds no music, no codes and no words of people. Of a record, only the constant text and the numbers in it are
written; of an exception, only its type and where it was raised, never its message. Strings are left out unless they are
marked as `Safe`.

Every process appends to the same file through `logging`, below the logger ``bedside``. Logging never blocks and never
raises: a thread, started with the first record, writes. What cannot be written is tried again with the next line. The
audio thread never logs. A file that grows beyond `MOST_BYTES` is copied to ``bedside.log.1`` and emptied in place; this
works while other processes have it open, also on Windows.
"""

from __future__ import annotations

import atexit
import contextlib
import errno
import logging
import os
import queue
import re
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

FILE = "bedside.log"
OLDER = "bedside.log.1"
MOST_BYTES = 256 * 1024

# Where children find the file to append to.
_VARIABLE = "BEDSIDE_LOG"

# How long the last lines may take to be written when a process ends.
_LAST_SECONDS = 1.0

_MOST_LINE = 2000
_MOST_FRAMES = 12
_MOST_WAITING = 500
_MOST_UNWRITTEN = 50

# Equal records within this time are counted after the first few, not written.
_REPEAT_SECONDS = 60.0
_REPEATS = 3

# How long a line waits for other writers before it is written anyway.
_LOCK_TRIES = 100
_LOCK_SECONDS = 0.005

# The byte that Windows locks. It lies beyond all that is ever written, because nobody can read a locked byte.
_LOCKED_BYTE = 1 << 30

_CONVERSION = re.compile(r"%(?:\((\w+)\))?([-#0 +]*\d*(?:\.\d+)?)([a-zA-Z%])")
_LINE = re.compile(
    r"(?P<time>\d{4}-\d\d-\d\dT[\d:.]+Z) (?P<process>\w+) (?P<pid>\d+) (?P<level>\w+) (?P<module>[\w.]+): "
    r"(?P<event>.*?)(?: \| (?P<error>.+?)(?: at (?P<at>.+))?)?"
)

# What a process prints when it ends with a fault: a place, the type of an exception, what quotes people or the disk.
_PRINTED_PLACE = re.compile(r'File "([^"]*)", line (\d+)')
_PRINTED_TYPE = re.compile(r"\b[A-Z]\w*(?:Error|Exception|Group|Warning)\b|\bException\b")
_PRINTED_LAST = re.compile(r"[\W_]*(?:\w+\.)*([A-Z]\w*(?:Error|Exception|Group|Interrupt|Exit))\b")
_PRINTED_WORDS = re.compile(r""""[^"]*"|'[^']*'|(?:[A-Za-z]:|~)?[\\/][^\s:]*[\\/][^:]*""")


class Safe(str):
    """A text that the program chose itself, such as a version or the name of a state; it may stand in the log."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the log; ``at`` lists the places that an exception passed through, the innermost first."""

    time: str
    process: str
    pid: int
    level: str
    module: str
    event: str
    error: str | None = None
    at: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the line as it stands in the file."""
        error = f" | {self.error}" if self.error else ""
        at = f" at {' < '.join(self.at)}" if self.at else ""
        whole = f"{self.time} {self.process} {self.pid} {self.level} {self.module}: {self.event}{error}{at}"
        return " ".join(whole.split())[:_MOST_LINE]

    def as_json(self) -> dict[str, object]:
        """Return the line as plain values."""
        return asdict(self)


def start(folder: Path, process: str) -> None:
    """Log this process to a data folder, under this name; children that it starts `follow` to the same file.

    The first record creates the file, but only in a folder that exists.
    """
    os.environ[_VARIABLE] = str(folder / FILE)
    follow(process)


def follow(process: str) -> None:
    """Log this process, under this name, to its parent's log; if the parent has none, write nothing.

    From now on uncaught exceptions of any thread are logged; they are printed only if BEDSIDE_DEBUG is set.
    """
    close(0.0)
    path = os.environ.get(_VARIABLE)
    if path:
        logger = logging.getLogger("bedside")
        logger.setLevel(logging.INFO)
        logger.addHandler(_Handler(Path(path), process))
        atexit.unregister(close)
        atexit.register(close, _LAST_SECONDS)
    if not os.environ.get("BEDSIDE_DEBUG"):
        # What libraries warn of, such as a glyph that a font lacks, is nothing for those who read standard error.
        logging.lastResort = logging.NullHandler()
    _hook()


def close(seconds: float) -> None:
    """Write what is queued, for at most ``seconds``, and stop logging."""
    logger = logging.getLogger("bedside")
    for handler in [each for each in logger.handlers if isinstance(each, _Handler)]:
        handler.flush_within(seconds)
        logger.removeHandler(handler)


@contextlib.contextmanager
def stderr_for_child(process: str) -> Iterator[int | None]:
    """Yield what to pass as a child's standard error: a pipe into the log.

    Lines that libraries print there are logged under the child's name, without the messages of exceptions. A child that
    prints too fast loses lines instead of waiting, where the system supports it. Without a log it is DEVNULL; if
    BEDSIDE_DEBUG is set it is None, the parent's own.
    """
    if os.environ.get("BEDSIDE_DEBUG"):
        yield None
        return
    handlers = [each for each in logging.getLogger("bedside").handlers if isinstance(each, _Handler)]
    if not handlers:
        from subprocess import DEVNULL

        yield DEVNULL
        return
    source, end = os.pipe()
    if sys.platform != "win32":
        os.set_blocking(end, False)
    reading = os.fdopen(source, "rb")
    threading.Thread(target=_drain, args=(reading, process, handlers[0]), name="stderr", daemon=True).start()
    try:
        yield end
    finally:
        os.close(end)


def read(folder: Path) -> list[LogLine]:
    """Return the lines of a folder's log, the newest last; none if there is no log or it cannot be read."""
    lines: list[LogLine] = []
    for name in (OLDER, FILE):
        with contextlib.suppress(OSError):
            text = (folder / name).read_text("utf-8", errors="replace")
            lines += filter(None, (parse(line) for line in text.splitlines()))
    return lines


def parse(line: str) -> LogLine | None:
    """Parse a line of the log; return None if it is damaged."""
    found = _LINE.fullmatch(line)
    if found is None:
        return None
    at = tuple((found["at"] or "").split(" < ")) if found["at"] else ()
    return LogLine(
        *(found["time"], found["process"], int(found["pid"]), found["level"], found["module"], found["event"]),
        *(found["error"], at),
    )


def line_of(record: logging.LogRecord, process: str) -> LogLine:
    """Return the line that the log keeps of a record."""
    error = record.exc_info[1] if record.exc_info else None
    return LogLine(
        _stamp(record.created),
        process,
        os.getpid(),
        record.levelname.lower(),
        record.name.removeprefix("bedside."),
        _event(record),
        None if error is None else _types(error),
        () if error is None else tuple(_places(error.__traceback__)),
    )


def _stamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _event(record: logging.LogRecord) -> str:
    """Return a record's constant text with the numbers in it; any other value is left out."""
    # Anything but a text was handed over as the message itself, such as an exception.
    text = record.msg.replace("|", "/") if isinstance(record.msg, str) else "…"
    given = record.args if isinstance(record.args, tuple) else ()
    values = iter(given)

    def put(found: re.Match[str]) -> str:
        if found[3] == "%":
            return "%"
        value: Any = next(values, None)
        if isinstance(value, Safe):
            return str(value)
        if value is None or isinstance(value, bool | int | float):
            with contextlib.suppress(TypeError, ValueError):
                return f"%{found[2]}{found[3]}" % value
            return str(value)
        return "…"

    return _CONVERSION.sub(put, text)


def _types(error: BaseException) -> str:
    """Return the type of an exception and of those that caused it, with the system's own names for what went wrong."""
    names: list[str] = []
    found: BaseException | None = error
    while found is not None and len(names) < 5:
        name = type(found).__name__
        if isinstance(found, OSError) and found.errno is not None:
            name += f" {errno.errorcode.get(found.errno, found.errno)}"
        code = getattr(getattr(found, "orig", found), "sqlite_errorname", None)
        if isinstance(code, str) and re.fullmatch(r"SQLITE_\w+", code):
            name += f" {code}"
        names.append(name)
        found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)
    return " from ".join(names)


def _places(found: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(found)
    return [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in reversed(frames)][:_MOST_FRAMES]


def _short(path: str) -> str:
    """Return a source file's path within its package; the full path could hold a user's name."""
    parts = Path(path).parts
    for top in ("bedside", "site-packages"):
        if top in parts:
            at = len(parts) - 1 - parts[::-1].index(top)
            return "/".join(parts[at + (top == "site-packages") :])
    return parts[-1] if parts else "?"


class _Handler(logging.Handler):
    """Formats records and hands them to a thread that appends them to a file."""

    def __init__(self, path: Path, process: str) -> None:
        super().__init__()
        self._path = path
        self._process = process
        self._waiting: queue.Queue[LogLine | threading.Event] = queue.Queue(_MOST_WAITING)
        self._thread: threading.Thread | None = None
        self._seen: dict[tuple[str, str, str | None], tuple[float, int]] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Queue a record, from any thread; never wait, never raise."""
        with contextlib.suppress(Exception):
            self.put(line_of(record, self._process))

    def put(self, line: LogLine) -> None:
        """Queue a line, from any thread, unless there were too many like it; never wait."""
        with self.lock or contextlib.nullcontext():
            key = (line.module, line.event, line.error)
            now = time.monotonic()
            since, count = self._seen.get(key, (now, 0))
            if now - since > _REPEAT_SECONDS:
                if count > _REPEATS:
                    line = replace(line, event=f"{line.event} (Before, {count - _REPEATS} more were left out.)")
                since, count = now, 0
            if len(self._seen) > _MOST_WAITING:
                self._seen.clear()
            self._seen[key] = since, count + 1
            if count >= _REPEATS:
                return
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="log", daemon=True)
                self._thread.start()
        with contextlib.suppress(queue.Full):
            self._waiting.put_nowait(line)

    def flush_within(self, seconds: float) -> None:
        """Wait until every queued line is written, at most this many seconds."""
        if self._thread is None:
            return
        done = threading.Event()
        with contextlib.suppress(queue.Full):
            self._waiting.put_nowait(done)
            done.wait(seconds)

    def _run(self) -> None:
        # At a first start the folder appears only after the first lines; what cannot be written is retried.
        unwritten: list[bytes] = []
        while True:
            item = self._waiting.get()
            if isinstance(item, LogLine):
                unwritten = [*unwritten[-_MOST_UNWRITTEN:], f"{item}\n".encode(errors="replace")]
            with contextlib.suppress(Exception):
                if unwritten:
                    append(self._path, b"".join(unwritten))
                    unwritten.clear()
            if isinstance(item, threading.Event):
                item.set()


def append(path: Path, text: bytes, most: int = MOST_BYTES) -> None:
    """Append to a file that only this user can read; create it if it is missing, and keep it small.

    Beyond ``most`` bytes it is copied to the older file and emptied. Raise OSError if the system refuses.
    """
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
    # A link to another file would have that one emptied; a pipe would never be read.
    flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    descriptor = os.open(path, flags, 0o600)
    try:
        with _alone(descriptor):
            before = os.fstat(descriptor).st_size
            if os.write(descriptor, text) < len(text):
                # The disk is full; half a line would spoil the next one.
                os.ftruncate(descriptor, before)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            if os.fstat(descriptor).st_size > most:
                try:
                    _copy(path, path.with_name(OLDER))
                finally:
                    os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _copy(path: Path, older: Path) -> None:
    # Not renamed: Windows refuses that while others have the file open, and elsewhere they would go on in the old file.
    draft = older.with_name(f".{older.name}.{os.getpid()}.part")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(path.read_bytes())
        draft.replace(older)
    finally:
        draft.unlink(missing_ok=True)


@contextlib.contextmanager
def _alone(descriptor: int) -> Iterator[None]:
    """Lock a file against other processes that log; if one of them keeps it for too long, go on without the lock."""
    for _ in range(_LOCK_TRIES):
        if _lock(descriptor):
            break
        time.sleep(_LOCK_SECONDS)
    # Closing the file unlocks it; on Windows what was locked must be unlocked before.
    try:
        yield
    finally:
        _unlock(descriptor)


if sys.platform == "win32":

    def _lock(descriptor: int) -> bool:
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(descriptor: int) -> None:
        with contextlib.suppress(OSError):
            os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:

    def _lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _unlock(descriptor: int) -> None:
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_UN)


def _drain(source: IO[bytes], process: str, handler: _Handler) -> None:
    """Log the standard error of a child until it ends."""
    with source, contextlib.suppress(OSError, ValueError):
        in_traceback = False
        for printed in source:
            text = "".join(c if c.isprintable() else " " for c in printed.decode("utf-8", errors="replace")).strip()
            in_traceback = in_traceback or "Traceback (most recent call last)" in text
            kept = _without_words(text, in_traceback)
            if kept:
                handler.put(LogLine(_stamp(time.time()), process, os.getpid(), "warning", "stderr", kept))


def _without_words(text: str, in_traceback: bool) -> str:
    """Return a printed line without what may quote people: messages of exceptions, quotations, paths.

    Of a traceback, only its places and types are kept, as a message may go over many lines.
    """
    place = _PRINTED_PLACE.search(text)
    kind = _PRINTED_LAST.match(text) if in_traceback else _PRINTED_TYPE.search(text)
    if place is not None:
        return f"{_short(place[1])}:{place[2]}".replace("|", "/")
    if kind is not None:
        return f"{kind[kind.lastindex or 0]}: …"
    if in_traceback:
        return "Traceback" if "Traceback" in text else ""
    text = re.sub(r"^(\w[\w.]*): .*", r"\1: …", text)
    return _PRINTED_WORDS.sub("…", text).replace("|", "/")[:200]


def _hook() -> None:
    """Log uncaught exceptions of any thread; print them only if BEDSIDE_DEBUG is set."""
    logger = logging.getLogger(__name__)

    def leave(before: Callable[[Any], Any], event: str, error: BaseException | None, told: Any) -> None:
        if error is None or isinstance(error, SystemExit | KeyboardInterrupt):
            before(told)
            return
        logger.error(event, exc_info=error)
        if os.environ.get("BEDSIDE_DEBUG"):
            before(told)

    threads, unraisable = threading.__excepthook__, sys.__unraisablehook__
    threading.excepthook = lambda told: leave(threads, "A thread ended with a fault.", told.exc_value, told)

    def dropped(told: Any) -> None:
        # Who was told to end is told again.
        if not isinstance(told.exc_value, SystemExit):
            leave(unraisable, "A fault could not be raised.", told.exc_value, told)

    sys.unraisablehook = dropped

    def ended(kind: type[BaseException], error: BaseException, found: TracebackType | None) -> None:
        leave(lambda told: sys.__excepthook__(*told), "The process ended with a fault.", error, (kind, error, found))

    sys.excepthook = ended
