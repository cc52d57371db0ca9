"""A gaze at the picture: how bright a part of the screen is now, as the X server shows it."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

import numpy as np

from e2e.rig.touchscreen import Touchscreen


class Gaze:
    """Looks at a touchscreen; places and sizes are in pixels."""

    def __init__(self, screen: Touchscreen) -> None:
        self._name = screen.env["DISPLAY"]
        self._size = screen.size
        self._display: Any = None

    def __enter__(self) -> Self:
        """Begin to look."""
        from Xlib import display

        self._display = display.Display(self._name)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Look away."""
        self._display.close()

    def levels(self, x: int, y: int, width: int, height: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
        """Return the levels of an area, (rows, columns, 3), 0–255."""
        from Xlib import X

        image = self._display.screen().root.get_image(x, y, width, height, X.ZPixmap, 0xFFFFFFFF)
        return np.frombuffer(image.data, np.uint8).reshape(height, width, 4)[:, :, 2::-1]

    def around(self, x: float, y: float, reach: int = 20) -> float:
        """Return the mean level around a place given as shares of the screen."""
        left, top = round(x * self._size[0]) - reach, round(y * self._size[1]) - reach
        return float(self.levels(left, top, 2 * reach, 2 * reach).mean())

    def dark(self) -> bool:
        """Return whether the middle column of the screen is black somewhere."""
        return bool((self.levels(self._size[0] // 2, 0, 1, self._size[1]).max(axis=2) < 8).any())
