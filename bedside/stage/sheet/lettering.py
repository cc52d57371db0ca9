"""Lines of words as pictures: shaped by pygame-ce, each run in its own direction, cut where there is no more room."""

from __future__ import annotations

import pygame

from bedside.stage.sheet.lines import is_rightward, line_runs
from bedside.stage.worlds.colours import Colour

# Fonts with the letters of many languages, that systems bring; the first that there is.
_FACES = "notosans,dejavusans,segoeui,arialunicodems,arial,helvetica"

_SCRIPTS = (("\u0590", "\u05ff", "Hebr"), ("\u0600", "\u06ff", "Arab"), ("\u0750", "\u077f", "Arab"))


class Lettering:
    """The font of the sheet, in every size that is asked for."""

    def __init__(self) -> None:
        pygame.font.init()
        self._path = pygame.font.match_font(_FACES)
        self._fonts: dict[int, pygame.font.Font] = {}

    def writes(self, words: str) -> bool:
        """Return whether the font has every letter."""
        metrics = self._font(16).metrics(words)
        return all(each is not None for each in metrics or [])

    def line(self, words: str, tall: int, colour: Colour, rightward: bool) -> pygame.Surface:
        """Return a line of words in letters of ``tall`` pixels, with its own transparency."""
        font = self._font(tall)
        parts = []
        for run in line_runs(words, rightward):
            font.set_direction(pygame.DIRECTION_LTR if run.rightward else pygame.DIRECTION_RTL)
            font.set_script(_script(run.text))
            parts.append(font.render(run.text, True, colour))
        # Marks above letters make a run higher, and its letters lower.
        high = max((part.get_height() for part in parts), default=1)
        made = pygame.Surface((sum(part.get_width() for part in parts) or 1, high), pygame.SRCALPHA)
        x = 0
        for part in parts:
            made.blit(part, (x, high - part.get_height()))
            x += part.get_width()
        return made

    def lines(self, words: str, size: tuple[int, int], tall: int, colour: Colour) -> list[pygame.Surface]:
        """Return words in lines that fit into ``size`` pixels, in smaller letters if need be, and cut at the last."""
        rightward = is_rightward(words)
        least = max(round(0.6 * tall), 9)
        while tall > least and not self._fit(words, size, tall):
            tall -= 1
        broken = self._broken(words, size[0], tall)
        most = max(int(size[1] // self._font(tall).get_linesize()), 1)
        if len(broken) > most:
            broken = [*broken[: most - 1], broken[most - 1] + " …"]
        made = [self.line(each, tall, colour, rightward) for each in broken]
        return [each if each.get_width() <= size[0] else _cut(each, size[0], rightward) for each in made]

    def _fit(self, words: str, size: tuple[int, int], tall: int) -> bool:
        broken = self._broken(words, size[0], tall)
        widest = max((self._wide(each, tall) for each in broken), default=0)
        return widest <= size[0] and len(broken) * self._font(tall).get_linesize() <= size[1]

    def _broken(self, words: str, wide: int, tall: int) -> list[str]:
        found: list[str] = []
        for word in words.split():
            if found and self._wide(f"{found[-1]} {word}", tall) <= wide:
                found[-1] += f" {word}"
            else:
                found.append(word)
        return found

    def _wide(self, words: str, tall: int) -> int:
        font = self._font(tall)
        font.set_direction(pygame.DIRECTION_LTR)
        return font.size(words)[0]

    def _font(self, tall: int) -> pygame.font.Font:
        if tall not in self._fonts:
            self._fonts[tall] = pygame.font.Font(self._path, tall)
        return self._fonts[tall]


def _script(text: str) -> str:
    for letter in text:
        for first, last, script in _SCRIPTS:
            if first <= letter <= last:
                return script
    return "Latn"


def _cut(line: pygame.Surface, wide: int, rightward: bool) -> pygame.Surface:
    return line.subsurface((0 if rightward else line.get_width() - wide, 0, wide, line.get_height()))
