"""The pages of the staff's sheet: which tiles each has, as values, drawn and laid out elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bedside.music.events import Player
from bedside.music.layout import LAYOUTS
from bedside.music.scales import SCALES
from bedside.sound.profiles import PROFILES, louder
from bedside.stage.input.seats import Together
from bedside.stage.sheet.acts import Act, Doing, Page
from bedside.stage.sheet.facts import Facts, KnownPatient
from bedside.stage.sheet.words import Wording
from bedside.stage.worlds.colours import Colour

# The pictures that stand for patients, each in its colour.
PATIENT_PICTURES: Mapping[str, Colour] = {
    "turtle": (95, 220, 156),
    "fox": (255, 150, 90),
    "hare": (220, 190, 150),
    "snail": (255, 200, 74),
    "butterfly": (171, 128, 255),
    "ladybird": (255, 110, 110),
    "fish": (108, 188, 255),
    "bird": (160, 200, 255),
    "starfish": (255, 143, 184),
    "sea-horse": (255, 176, 90),
    "moon": (255, 226, 140),
    "rocket": (134, 200, 255),
    "shell": (255, 190, 200),
    "tulip": (255, 120, 160),
    "mushroom": (230, 130, 110),
    "leaf": (120, 215, 130),
}

# How many columns pages have that are read as a table.
COLUMNS = {Page.CODE: 3, Page.PLAYERS: 3, Page.MESSAGES: 1}

PLACES = ("ward", "outpatients", "home")
COMPANY = ("child", "child therapist", "child parent", "child child", "child student")

# Who may sit at the screen together; alone the first sits there.
_PAIRS = (
    (Player.CHILD, Player.THERAPIST),
    (Player.CHILD, Player.CHILD2),
)

# A touch changes a level by so much; it stays within these bounds. None of it passes the ceiling.
_STEP_DB, _LEAST_DB, _MOST_DB = 3.0, -24.0, 6.0

_PADS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 24)
_WIPES = (30, 60, 120, 180)
_ROOTS = range(55, 67)
_NOTES = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile: its words, what stands ``below`` them, its ``picture``, whether it is ``chosen``, and what it does.

    One without an act is only read. ``tone`` is its kind: plain, moment or quiet.
    """

    words: str
    act: Act | None = None
    below: str = ""
    picture: str | None = None
    chosen: bool = False
    tone: str = "plain"


@dataclass(frozen=True, slots=True)
class Shown:
    """What the sheet itself remembers while it is open.

    ``player`` is who chooses an instrument, ``typed`` the letters of the staff code, ``offered`` the code for a new
    patient, ``said`` a sentence about the last touch.
    """

    page: Page = Page.HOME
    player: Player | None = None
    typed: int = 0
    offered: str = ""
    said: str = ""
    leaf: int = 0


def title(shown: Shown, words: Wording) -> str:
    """Return the heading of the page that is open."""
    who = "" if shown.player is None else words.say(f"player.{shown.player.label}")
    return words.say(f"page.{shown.page}", who=who)


def tiles(shown: Shown, facts: Facts, words: Wording) -> list[Tile]:
    """Return the tiles of the page that is open, in reading order."""
    return _PAGES[shown.page](shown, facts, words)


def _turn(page: Page, words: Wording, below: str, picture: str | None = None, player: Player | None = None) -> Tile:
    return Tile(words.say(f"page.{page}"), Act(Doing.TURN, page, player), below, picture)


def _code(shown: Shown, _facts: Facts, words: Wording) -> list[Tile]:
    return [
        Tile("● " * shown.typed or "–", None, shown.said),
        Tile(words.say("sheet.erase"), Act(Doing.ERASE)),
        Tile(words.say("sheet.open"), Act(Doing.TRY), tone="moment"),
        *(Tile(digit, Act(Doing.TYPE, digit)) for digit in "1234567890"),
    ]


def _home(shown: Shown, facts: Facts, words: Wording) -> list[Tile]:
    say = words.say
    patient = facts.patient
    own = facts.setting.look
    looks = [say(f"look.{name}") for name in ("still", "contrast", "dim") if getattr(own, name)]
    playing = ", ".join(say(f"player.{player.label}") for player in facts.setting.players)
    tiles = [
        _turn(Page.PATIENT, words, say("sheet.nobody") if patient is None else patient.code, _pictured(patient)),
        _turn(Page.SESSION, words, say(f"place.{facts.place}") if facts.place else ""),
        Tile(say("sheet.bookmark"), Act(Doing.BOOKMARK), shown.said or say("sheet.fifteen", seconds=15), tone="moment"),
        Tile(
            say("sheet.unmute" if facts.muted else "sheet.mute"),
            Act(Doing.MUTE, "off" if facts.muted else "on"),
            say("sheet.everything"),
            "staff/muted",
            facts.muted,
            "quiet",
        ),
        _turn(Page.WIPE, words, say("sheet.asleep"), "staff/wipe"),
        _turn(Page.SEATS, words, say(f"seats.{facts.setting.together}")),
        _turn(Page.PLAYERS, words, playing, "controls/sound"),
        _turn(Page.WORLD, words, say(f"world.{facts.world.name}"), "controls/door"),
        _turn(Page.PADS, words, say("sheet.number", number=facts.setting.of(facts.world).pads)),
        _turn(Page.SCALE, words, say(f"scale.{facts.setting.of(facts.world).scale}")),
        _turn(Page.LOOK, words, ", ".join(looks)),
        _turn(Page.LOUDNESS, words, say(f"profile.{facts.profile}")),
        _turn(Page.MESSAGES, words, facts.messages[0] if facts.messages else say("sheet.all_well"), "staff/notice"),
        Tile(say("sheet.end"), Act(Doing.TURN, Page.LEAVE), tone="quiet"),
    ]
    if facts.stopped:
        tiles.insert(3, Tile(say("sheet.go_on"), Act(Doing.GO_ON), say("sheet.stopped"), "controls/hand"))
    return tiles


def _patient(_shown: Shown, facts: Facts, words: Wording) -> list[Tile]:
    known = [
        Tile(each.code, Act(Doing.PATIENT, each.code), "", _pictured(each), each == facts.patient)
        for each in facts.known
    ]
    return [
        Tile(words.say("sheet.new"), Act(Doing.TURN, Page.NEW_PATIENT), tone="moment"),
        Tile(words.say("sheet.nobody"), Act(Doing.PATIENT), chosen=facts.patient is None),
        *known,
    ]


def _new_patient(shown: Shown, _facts: Facts, words: Wording) -> list[Tile]:
    return [
        Tile(shown.offered, None, words.say("sheet.picture")),
        Tile(words.say("sheet.another"), Act(Doing.ANOTHER)),
        *(Tile("", Act(Doing.PATIENT, f"{shown.offered} {name}"), "", name) for name in PATIENT_PICTURES),
    ]


def _session(_shown: Shown, facts: Facts, words: Wording) -> list[Tile]:
    places = [Tile(words.say(f"place.{p}"), Act(Doing.PLACE, p), chosen=p == facts.place) for p in PLACES]
    return [*places, *(Tile(words.say(f"with.{w}"), Act(Doing.WITH, w), chosen=w == facts.company) for w in COMPANY)]


def _seats(_shown: Shown, facts: Facts, words: Wording) -> list[Tile]:
    setting = facts.setting
    tiles = []
    for together in Together:
        pairs = [(Player.CHILD,)] if together is Together.ALONE else list(_PAIRS)
        for players in pairs:
            which = " ".join([together, *(player.label for player in players)])
            who = ", ".join(words.say(f"player.{player.label}") for player in players)
            chosen = (together, tuple(players)) == (setting.together, setting.players)
            tiles.append(Tile(words.say(f"seats.{together}"), Act(Doing.SEATS, which), who, chosen=chosen))
    for player in (Player.THERAPIST, Player.CHILD, Player.CHILD2):
        who = words.say(f"player.{player.label}")
        tiles.append(
            Tile(words.say("keys.keyboards"), Act(Doing.KEYS, player.label), who, chosen=player is setting.keys)
        )
    for free, word in ((True, "free"), (False, "snapped")):
        tiles.append(Tile(words.say(f"keys.{word}"), Act(Doing.FREE, word), chosen=free == setting.free))
    return tiles


def _players(_shown: Shown, facts: Facts, words: Wording) -> list[Tile]:
    tiles = []
    for player in dict.fromkeys([*facts.setting.players, facts.setting.keys]):
        part = facts.parts[player]
        who = words.say(f"player.{player.label}")
        sound = words.say(f"instrument.{part.instrument}") if part.instrument else ""
        picture = facts.sounds.get(part.instrument)
        tiles.append(
            Tile(
                who,
                Act(Doing.TURN, Page.INSTRUMENT, player),
                sound,
                picture and f"instruments/{picture}",
                tone="moment",
            )
        )
        level = words.say("sheet.level", db=f"{part.db:+.0f}")
        for word, step in (("softer", -_STEP_DB), ("louder", _STEP_DB)):
            to = min(max(part.db + step, _LEAST_DB), _MOST_DB)
            tiles.append(Tile(words.say(f"sheet.{word}"), Act(Doing.LEVEL, f"{to:g}", player), f"{who} {level}"))
    return tiles


def _instrument(shown: Shown, facts: Facts, words: Wording) -> list[Tile]:
    player = shown.player
    plays = facts.parts[player].instrument if player is not None else ""
    return [
        Tile(
            words.say(f"instrument.{name}"),
            Act(Doing.SOUND, name, player),
            "",
            f"instruments/{picture}",
            name == plays,
        )
        for name, picture in facts.sounds.items()
    ]


def _world(_shown: Shown, facts: Facts, words: Wording) -> list[Tile]:
    return [
        Tile(words.say(f"world.{name}"), Act(Doing.WORLD, name), chosen=name == facts.world.name)
        for name in facts.shipped
    ]


def _pads(_shown: Shown, facts: Facts, words: Wording) -> list[Tile]:
    setting = facts.setting
    own = words.say("sheet.own")
    return [
        Tile(own, Act(Doing.LAYOUT), chosen=setting.layout is None and setting.pads is None),
        *(
            Tile(words.say(f"layout.{each}"), Act(Doing.LAYOUT, each), chosen=each == setting.layout)
            for each in LAYOUTS
        ),
        *(Tile(str(number), Act(Doing.PADS, str(number)), chosen=number == setting.pads) for number in _PADS),
    ]


def _scale(_shown: Shown, facts: Facts, words: Wording) -> list[Tile]:
    setting = facts.setting
    none = setting.scale is None and setting.root is None
    scales = [
        Tile(words.say(f"scale.{each.name}"), Act(Doing.SCALE, each.name), chosen=each.name == setting.scale)
        for each in SCALES
    ]
    roots = [
        Tile(words.say("root.key", key=_NOTES[key % 12]), Act(Doing.ROOT, str(key)), chosen=key == setting.root)
        for key in _ROOTS
    ]
    return [Tile(words.say("sheet.own"), Act(Doing.SCALE), chosen=none), *scales, *roots]


def _look(_shown: Shown, facts: Facts, words: Wording) -> list[Tile]:
    look = facts.setting.look
    tiles = []
    for name in ("dim", "still", "contrast"):
        on = getattr(look, name)
        state = words.say("sheet.on" if on else "sheet.off")
        tiles.append(Tile(words.say(f"look.{name}"), Act(Doing.LOOK, name), state, chosen=on))
    return tiles


def _loudness(_shown: Shown, facts: Facts, words: Wording) -> list[Tile]:
    tiles = []
    for name in PROFILES:
        locked = louder(name, facts.profile) and not facts.raisable
        act = None if locked else Act(Doing.PROFILE, name)
        below = words.say("sheet.unchecked") if locked else ""
        tiles.append(Tile(words.say(f"profile.{name}"), act, below, chosen=name == facts.profile))
    return tiles


def _wipe(_shown: Shown, _facts: Facts, words: Wording) -> list[Tile]:
    return [
        Tile(words.say("sheet.seconds", seconds=seconds), Act(Doing.WIPE, str(seconds)), "", "staff/wipe")
        for seconds in _WIPES
    ]


def _messages(_shown: Shown, facts: Facts, words: Wording) -> list[Tile]:
    battery = words.say("sheet.mains" if facts.battery is None else "sheet.battery", percent=facts.battery)
    card = words.say("sheet.card_any") if facts.card is None else words.say("sheet.card", name=facts.card)
    said = facts.messages or (words.say("sheet.all_well"),)
    return [*(Tile("", None, sentence) for sentence in said), Tile("", None, battery), Tile("", None, card)]


def _leave(_shown: Shown, _facts: Facts, words: Wording) -> list[Tile]:
    say = words.say
    return [
        Tile(say("sheet.end_sure"), Act(Doing.END_SESSION), tone="quiet"),
        Tile(say("sheet.stay"), Act(Doing.TURN, Page.HOME)),
        Tile(say("sheet.leave_sure"), Act(Doing.LEAVE), tone="quiet"),
    ]


def _pictured(patient: KnownPatient | None) -> str | None:
    if patient is None:
        return None
    # Another program may have chosen one that this one does not ship.
    return patient.picture if patient.picture in PATIENT_PICTURES else None


_PAGES: Mapping[Page, Callable[[Shown, Facts, Wording], list[Tile]]] = {
    Page.CODE: _code,
    Page.HOME: _home,
    Page.PATIENT: _patient,
    Page.NEW_PATIENT: _new_patient,
    Page.SESSION: _session,
    Page.SEATS: _seats,
    Page.PLAYERS: _players,
    Page.INSTRUMENT: _instrument,
    Page.WORLD: _world,
    Page.PADS: _pads,
    Page.SCALE: _scale,
    Page.LOOK: _look,
    Page.LOUDNESS: _loudness,
    Page.WIPE: _wipe,
    Page.MESSAGES: _messages,
    Page.LEAVE: _leave,
}
