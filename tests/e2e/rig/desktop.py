"""A desktop on a touchscreen: openbox, which opens menus, closes and changes windows by the keys that people know."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

from Xlib import X, display
from Xlib.error import BadDrawable, BadWindow
from Xlib.protocol import event

from e2e.rig.touchscreen import Touchscreen
from e2e.rig.waiting import wait_for
from e2e.rig.windowmanager import window_manager

_START_SECONDS = 30.0


class Desktop:
    """openbox with its usual keys, and another program's window, for as long as the context lasts."""

    def __init__(self, screen: Touchscreen) -> None:
        self._screen = screen
        self._resources = ExitStack()

    def __enter__(self) -> Self:
        """Start it, with the other window."""
        with ExitStack() as started:
            self._x = display.Display(self._screen.env["DISPLAY"])
            started.callback(self._x.close)
            started.enter_context(window_manager(self._screen.env))
            self._root = self._x.screen().root
            other = self._root.create_window(100, 100, 300, 200, 0, X.CopyFromParent, background_pixel=0xFF0000)
            other.set_wm_name("another program")

            def shown() -> bool:
                # While openbox starts, it drops what windows ask for.
                other.map()
                self._x.sync()
                return self.active() == "another program"

            wait_for(shown, _START_SECONDS, "another window")
            self._resources = started.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the desktop."""
        self._resources.close()

    def windows(self) -> list[str]:
        """Return the names of all windows, the lowest first."""
        return [self._name(number) for number in self._property(self._root, "_NET_CLIENT_LIST_STACKING") or ()]

    def active(self) -> str:
        """Return the name of the window that gets the keys."""
        numbers = self._property(self._root, "_NET_ACTIVE_WINDOW") or (0,)
        return self._name(numbers[0]) if numbers[0] else ""

    def menu_open(self) -> bool:
        """Return whether a menu of the desktop is on the screen: what is seen there and is nobody's window."""
        return any(self._menu(each) for each in self._root.query_tree().children)

    def ask_to_close(self, name: str) -> None:
        """Ask a window to close, as its button or a task bar does (EWMH, _NET_CLOSE_WINDOW)."""
        self._tell(name, "_NET_CLOSE_WINDOW", [X.CurrentTime, 2, 0, 0, 0])

    def minimise(self, name: str) -> None:
        """Make a window an icon (ICCCM, WM_CHANGE_STATE)."""
        self._tell(name, "WM_CHANGE_STATE", [3, 0, 0, 0, 0])

    def _tell(self, name: str, kind: str, numbers: list[int]) -> None:
        window = next(each for each in self._clients() if self._name(each.id) == name)
        told = event.ClientMessage(window=window, client_type=self._x.intern_atom(kind), data=(32, numbers))
        self._root.send_event(told, event_mask=X.SubstructureRedirectMask | X.SubstructureNotifyMask)
        self._x.sync()

    def _clients(self) -> list[Any]:
        numbers = self._property(self._root, "_NET_CLIENT_LIST") or ()
        return [self._x.create_resource_object("window", number) for number in numbers]

    def _menu(self, top: Any) -> bool:
        try:
            seen = top.get_attributes().map_state == X.IsViewable and top.get_geometry().width > 1
            return seen and not {each.id for each in _below(top)} & {each.id for each in self._clients()}
        except (BadDrawable, BadWindow):
            # It went meanwhile.
            return False

    def _name(self, number: int) -> str:
        window = self._x.create_resource_object("window", number)
        try:
            named = window.get_full_property(self._x.intern_atom("_NET_WM_NAME"), X.AnyPropertyType)
            return str(named.value.decode() if named is not None else window.get_wm_name() or "")
        except BadWindow:
            # It went, or the window manager before this one has left its list.
            return ""

    def _property(self, window: Any, name: str) -> Any:
        found = window.get_full_property(self._x.intern_atom(name), X.AnyPropertyType)
        return None if found is None else found.value


def _below(window: Any) -> Iterator[Any]:
    for child in window.query_tree().children:
        yield child
        yield from _below(child)
