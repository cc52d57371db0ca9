"""Parse the text of an SFZ file into regions: comments, #define, #include, headers and inheritance.

Pure: it opens no file. No input can make the text grow beyond a limit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

# More than the largest libraries write.
MOST_CHARACTERS = 2**21
MOST_REGIONS = 4096
MOST_INCLUSIONS = 1000
DEEPEST_INCLUSION = 8
_LONGEST_VALUE = 1000
_MOST_OPCODES = 80
_MOST_IGNORED = 100

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|//[^\n]*", re.DOTALL)
_DIRECTIVE = re.compile(r'(?<!\S)#define[ \t]+\$(\w+)(?:[ \t]+(\S+))?|(?<!\S)#include[ \t]+"([^"\n]*)"')
_NAME = re.compile(r"\$(\w{1,64})")
_HEADER = re.compile(r"<([^<>\n]*)>")
_OPCODE = re.compile(r"(?<!\S)([^\s=<>]+)=")

# From the outermost in; a new header clears its own level and all inner ones.
_LEVELS = ("global", "master", "group", "region")


class Ignored:
    """Unsupported statements of a file, each once, in order of first appearance."""

    def __init__(self) -> None:
        self._said: dict[str, None] = {}

    def add(self, what: str) -> None:
        """Record something that is ignored."""
        if len(self._said) < _MOST_IGNORED:
            self._said[what if len(what) <= 80 else what[:79] + "…"] = None

    def __iter__(self) -> Iterator[str]:
        """Yield each in order."""
        return iter(self._said)


def regions(
    name: str, read: Callable[[str], str], known: Callable[[str], bool], ignored: Ignored
) -> Iterator[dict[str, str]]:
    """Yield the opcodes of each region of the file ``name``, including those it inherits.

    ``read`` returns the text of a file; ``known`` says which opcodes are kept, and others are added to ``ignored``.
    ``default_path`` is prepended to each ``sample``; ``key`` sets ``lokey``, ``hikey`` and ``pitch_keycenter``. Raises
    ValueError, with words that end a sentence, for what exceeds a limit.
    """
    levels: dict[str, dict[str, str]] = {level: {} for level in _LEVELS}
    path = ""
    level = ""
    count = 0
    for header, opcodes in _stretches(_Expansion(read).of(name)):
        if header:
            if level == "region":
                yield _merged(levels, path)
            level = header
            if header in _LEVELS:
                for lower in _LEVELS[_LEVELS.index(header) :]:
                    levels[lower] = {}
            elif header != "control":
                ignored.add(f"<{header}>")
            if header == "region":
                count += 1
                if count > MOST_REGIONS:
                    raise ValueError(f"it has more than {MOST_REGIONS:,} regions")
        for opcode, value in opcodes:
            if level == "control" and opcode == "default_path":
                path = value
            elif level not in _LEVELS:
                if level in ("", "control"):
                    ignored.add(opcode)
            elif opcode == "key":
                levels[level].update(dict.fromkeys(("lokey", "hikey", "pitch_keycenter"), value))
            elif known(opcode):
                levels[level][opcode] = value
                if len(levels[level]) > _MOST_OPCODES:
                    raise ValueError(f"one of its headers has more than {_MOST_OPCODES} opcodes")
            else:
                ignored.add(opcode)
    if level == "region":
        yield _merged(levels, path)


def _merged(levels: dict[str, dict[str, str]], path: str) -> dict[str, str]:
    merged: dict[str, str] = {}
    for level in _LEVELS:
        merged |= levels[level]
    if "sample" in merged and not merged["sample"].startswith("*"):
        merged["sample"] = path + merged["sample"]
    return merged


def _stretches(texts: Iterator[str]) -> Iterator[tuple[str, Iterator[tuple[str, str]]]]:
    """Yield each header with the opcodes after it on the same line; the header is empty if a line has none."""
    # A directive splits the text, possibly in the middle of a line; so the pieces are joined first.
    for line in "".join(texts).split("\n"):
        header, begin = "", 0
        for match in _HEADER.finditer(line):
            yield header, _opcodes(line[begin : match.start()])
            header, begin = match[1].strip().lower(), match.end()
        yield header, _opcodes(line[begin:])


def _opcodes(stretch: str) -> Iterator[tuple[str, str]]:
    """Yield the name and value of each opcode in a line; a value ends where the next name begins."""
    name, begin = "", 0
    for match in _OPCODE.finditer(stretch):
        if name:
            yield name, stretch[begin : match.start()].strip()
        name, begin = match[1].lower(), match.end()
    if name:
        yield name, stretch[begin:].strip()


class _Expansion:
    """Strips comments and expands #define and #include, within limits."""

    def __init__(self, read: Callable[[str], str]) -> None:
        self._read = read
        self._values: dict[str, str] = {}
        self._left = MOST_CHARACTERS
        self._inclusions = 0

    def of(self, name: str, depth: int = 0) -> Iterator[str]:
        """Yield the expanded text of the file ``name`` in pieces."""
        if depth > DEEPEST_INCLUSION:
            raise ValueError("its files include each other without end")
        text = self._read(name)
        self._spend(len(text))
        text = _COMMENT.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))
        at = 0
        for directive in _DIRECTIVE.finditer(text):
            yield self._defined(text[at : directive.start()])
            at = directive.end()
            defined, value, included = directive.groups()
            if defined is not None:
                self._values[defined[:64]] = self._defined(value or "")
                if len(self._values[defined[:64]]) > _LONGEST_VALUE:
                    raise ValueError("one of its definitions is too long")
                continue
            self._inclusions += 1
            if self._inclusions > MOST_INCLUSIONS:
                raise ValueError(f"it includes more than {MOST_INCLUSIONS:,} files")
            yield "\n"
            yield from self.of(self._defined(included), depth + 1)
            yield "\n"
        yield self._defined(text[at:])

    def _defined(self, text: str) -> str:
        return _NAME.sub(self._value, text) if "$" in text else text

    def _value(self, match: re.Match[str]) -> str:
        """Return the value of a name, or of its longest prefix that is defined."""
        name = match[1]
        for end in range(len(name), 0, -1):
            if name[:end] in self._values:
                value = self._values[name[:end]] + name[end:]
                self._spend(len(value))
                return value
        return match[0]

    def _spend(self, characters: int) -> None:
        self._left -= characters
        if self._left < 0:
            raise ValueError(f"its text is longer than {MOST_CHARACTERS // 2**20} million characters")
