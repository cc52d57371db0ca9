"""Probe the devices: screen and touch, sound cards, MIDI keyboards, the key store, and the reader of sound files."""

from __future__ import annotations

from dataclasses import asdict

from bedside.stage.examination.finding import Finding, Scope, Standing


def probe_screen(_scope: Scope) -> list[Finding]:
    """Return the screen's size in pixels and millimetres, and its touch panels."""
    import pygame
    from pygame._sdl2 import touch

    from bedside.stage import screensize
    from bedside.stage.window import NoScreenError, screen

    none = {"screen": None, "screen_mm": None}
    try:
        with screen():
            width, height = pygame.display.get_desktop_sizes()[0]
            driver = pygame.display.get_driver()
            panels = int(touch.get_num_devices())
            millimetres = screensize.screen_millimetres()
    except (NoScreenError, pygame.error, IndexError) as fault:
        said = "none answers" if isinstance(fault, NoScreenError) else f"none answers ({fault})"
        advice = "Is a screen plugged in, and is somebody logged in at it?"
        return [Finding("Screen", said, Standing.LOOK, advice, none), Finding("Touch", "not known without a screen")]
    sdl = ".".join(map(str, pygame.get_sdl_version()))
    values = {
        "screen": {"width": width, "height": height, "touch_panels": panels},
        "screen_mm": millimetres,
        "screen_driver": driver,
        "sdl": sdl,
    }
    size = f"{width} × {height} pixels"
    through = f"through {driver}, SDL {sdl}"
    if millimetres is None:
        advice = "Measure its picture with a ruler, and start with --screen-mm, so that no pad is too small."
        shown = Finding("Screen", f"{size}, millimetres not known, {through}", Standing.LOOK, advice, values)
    else:
        said = f"{size}, {millimetres[0]:.0f} × {millimetres[1]:.0f} mm, {through}"
        shown = Finding("Screen", said, Standing.GOOD, values=values)
    if panels:
        return [shown, Finding("Touch", "a touch panel" if panels == 1 else f"{panels} touch panels", Standing.GOOD)]
    return [shown, Finding("Touch", "no touch panel", Standing.LOOK, "Is the panel's own cable plugged in?")]


def probe_cards(_scope: Scope) -> list[Finding]:
    """Return the sound cards that can play."""
    try:
        from bedside.sound.live import card
    except OSError:
        advice = "PortAudio, which reaches the sound card, is missing: install it (Debian: apt install libportaudio2)."
        return [Finding("Sound cards", "not known", Standing.LOOK, advice, {"cards": [], "portaudio": None})]
    cards = card.cards()
    values = {"cards": [asdict(each) for each in cards], "portaudio": card.portaudio()}
    if not cards:
        advice = "Is a sound card or loudspeaker plugged in, and is the sound server running?"
        return [Finding("Sound cards", "none", Standing.LOOK, advice, values)]
    said = "; ".join(f"{each.name} ({each.driver}{', default' if each.default else ''})" for each in cards)
    return [Finding("Sound cards", said, values=values)]


def probe_keyboards(_scope: Scope) -> list[Finding]:
    """Return the MIDI keyboards, and the way by which they are heard."""
    from bedside.stage.input import midi

    way, names = midi.way_and_names()
    values = {"midi": names, "midi_way": str(way), "midi_library": way.library, "midi_system": way.system}
    said = ", ".join(names) or "none plugged in"
    if way.full:
        return [Finding("MIDI keyboards", f"{said}; through {way.system}, by {way.library}", Standing.GOOD, "", values)]
    return [Finding("MIDI keyboards", said, Standing.LOOK, str(way), values)]


def probe_key(scope: Scope) -> list[Finding]:
    """Return where the key of the recordings is, and whether the library that reads recordings can be loaded."""
    from bedside.archive.keys.keeping import describe_place

    place = describe_place(scope.data)
    values = {"key_store": place}
    try:
        from bedside.archive.store import database  # noqa: F401 - whether it can be loaded
    except (ImportError, OSError):
        advice = "The library that encrypts the recordings is missing or damaged: install bedside again."
        return [Finding("Recording key", place, Standing.LOOK, advice, values)]
    return [Finding("Recording key", place, Standing.GOOD, values=values)]


def probe_sound_files(_scope: Scope) -> list[Finding]:
    """Return whether sound files can be read and written."""
    try:
        from bedside.sound import audiofile
    except (ImportError, OSError):
        advice = "libsndfile is missing or damaged: install it (Debian: apt install libsndfile1), or bedside again."
        return [Finding("Sound files", "cannot be read or written", Standing.LOOK, advice, {"libsndfile": None})]
    version = audiofile.libsndfile()
    said = f"{', '.join(ending.lstrip('.') for ending in audiofile.endings())} by {version}"
    return [Finding("Sound files", said, Standing.GOOD, values={"libsndfile": version})]
