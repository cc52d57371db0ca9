"""The lock of the window: what a desktop would do over the child's screen does not happen.

The keys of the whole screen come to the program alone, so that Alt+Tab, Alt+F4, Alt+Space and the Super key reach no
window manager. What no program may hold back, such as Ctrl+Alt+F2 and Ctrl+Alt+Del, stays for the staff.
"""

from __future__ import annotations

import warnings

import pygame

from bedside import places

# SDL's variables: a window over the whole screen stays when another window gets the keys, and asks for all keys.
# Not by `pygame.event.set_grab`: that holds the mouse too, and then X reports each touch once more as the mouse's.
LOCKING = {
    "SDL_VIDEO_MINIMIZE_ON_FOCUS_LOSS": "0",
    "SDL_ALLOW_ALT_TAB_WHILE_GRABBED": "0",
    "SDL_WINDOWS_NO_CLOSE_ON_ALT_F4": "1",
}


def icon() -> pygame.Surface:
    """Return the program's own icon."""
    return pygame.image.load(places.shipped("assets") / "pictures" / "bedside.png")


def lock_keys(locked: bool) -> None:
    """Keep all keys to the window that is open, or no longer."""
    _window().grab_keyboard = locked


def uncover() -> None:
    """Bring the window back that was minimised, and the keys to it."""
    window = _window()
    window.restore()
    window.focus()


def _window() -> pygame.Window:
    with warnings.catch_warnings():
        # pygame offers the keys of a window, but only through this; its successor draws by other means.
        warnings.simplefilter("ignore", DeprecationWarning)
        return pygame.Window.from_display_module()
