"""What staff ask for on their sheet, done at the bed; each choice is recorded as an adult's."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

import pygame

from bedside.archive.store.choices import Chosen
from bedside.music.events import Level, Player
from bedside.stage.input.hands import Programmed
from bedside.stage.input.seats import Together
from bedside.stage.playground import Playground
from bedside.stage.sheet.acts import Act, Doing
from bedside.stage.sheet.facts import Facts, KnownPatient
from bedside.stage.worlds.world import World

_ADULT = "adult"


@dataclass(frozen=True, slots=True)
class Office:
    """What errands need besides the playground; none of it blocks.

    ``renew`` begins a session of a patient with a picture, or of nobody; ``leave`` ends the program; ``keep`` records
    a choice; ``said`` returns the sentences that staff were told, the last one first.
    """

    renew: Callable[[str | None, str | None], None]
    leave: Callable[[], None]
    keep: Callable[[Chosen], None]
    said: Callable[[], Collection[str]]
    card: str | None


class Errands:
    """Does what staff ask for; ``patient`` is the code of the one whom the first session is of."""

    def __init__(
        self,
        playground: Playground,
        office: Office,
        worlds: Mapping[str, World],
        sounds: Mapping[str, str],
        patient: str | None,
    ) -> None:
        self._playground = playground
        self._office = office
        self._worlds = dict(worlds)
        self._sounds = dict(sounds)
        self._patient = None if patient is None else KnownPatient(patient, None)
        self._place = self._company = ""

    def facts(self, known: tuple[KnownPatient, ...], raisable: bool) -> Facts:
        """Return how the bed is now, for the sheet."""
        playground = self._playground
        power = pygame.system.get_power_state()
        patient = next((each for each in known if self._patient and each.code == self._patient.code), self._patient)
        if patient is not None and patient not in known:
            known = (patient, *known)
        return Facts(
            playground.setting,
            self._worlds[playground.ahead],
            tuple(sorted(self._worlds)),
            self._sounds,
            dict(playground.settings.parts),
            playground.profile,
            playground.choices.mute.on,
            playground.choices.stopped,
            patient,
            known,
            self._place,
            self._company,
            raisable,
            tuple(dict.fromkeys([*(each.sentence for each in playground.view.staff.troubles), *self._office.said()])),
            None if power is None else power.battery_percent,
            self._office.card,
        )

    def forget(self) -> None:
        """Begin a session of nobody, as the key for it does."""
        self._renew(None)

    def do(self, act: Act, raisable: bool, now: float) -> None:
        """Do what an act asks for; the loudness rises only if it is ``raisable``."""
        playground, setting = self._playground, self._playground.setting
        match act:
            case Act(Doing.PATIENT, which):
                code, _, picture = which.partition(" ")
                self._renew(KnownPatient(code, picture or None) if code else None)
            case Act(Doing.END_SESSION):
                self._keep("end session", "")
                self._renew(None)
            case Act(Doing.PLACE, which):
                self._place = which
                self._keep("place", which)
            case Act(Doing.WITH, which):
                self._company = which
                self._keep("with", which)
            case Act(Doing.SEATS, which):
                together, *labels = which.split()
                players = tuple(Player.named(label) for label in labels)
                playground.set_up(replace(setting, together=Together(together), players=players), _ADULT, now)
            case Act(Doing.KEYS, which):
                playground.set_up(replace(setting, keys=Player.named(which)), _ADULT, now)
            case Act(Doing.FREE, which):
                playground.set_up(replace(setting, free=which == "free"), _ADULT, now)
            case Act(Doing.SOUND, which, Player() as player):
                playground.choose(Programmed(player, [*self._sounds].index(which)), now)
            case Act(Doing.LEVEL, which, Player() as player):
                playground.ask(Level(player, float(which), playground.settings.parts[player].pan))
                self._keep("level", f"{player.label} {which}")
            case Act(Doing.WORLD, which):
                playground.set_up(setting, _ADULT, now, which)
            case Act(Doing.LAYOUT, ""):
                playground.set_up(replace(setting, layout=None, pads=None), _ADULT, now)
            case Act(Doing.LAYOUT, which):
                playground.set_up(replace(setting, layout=which), _ADULT, now)
            case Act(Doing.PADS, which):
                playground.set_up(replace(setting, pads=int(which)), _ADULT, now)
            case Act(Doing.SCALE, ""):
                playground.set_up(replace(setting, scale=None, root=None), _ADULT, now)
            case Act(Doing.SCALE, which):
                playground.set_up(replace(setting, scale=which), _ADULT, now)
            case Act(Doing.ROOT, which):
                playground.set_up(replace(setting, root=int(which)), _ADULT, now)
            case Act(Doing.LOOK, which):
                look = replace(setting.look, **{which: not getattr(setting.look, which)})
                playground.set_up(replace(setting, look=look), _ADULT, now)
            case Act(Doing.PROFILE, which):
                playground.choose_profile(which, lambda: raisable, now)
            case Act(Doing.MUTE, which):
                playground.mute(which == "on", now)
            case Act(Doing.GO_ON):
                playground.go_on(now)
            case Act(Doing.WIPE, which):
                playground.wipe_down(float(which), now)
            case Act(Doing.BOOKMARK):
                playground.bookmark(now)
            case Act(Doing.LEAVE):
                self._keep("leave", "")
                self._office.leave()

    def _renew(self, patient: KnownPatient | None) -> None:
        self._playground.renew()
        self._patient, self._company = patient, ""
        self._office.renew(*((None, None) if patient is None else (patient.code, patient.picture)))
        if patient is not None and self._place:
            # The next session has a place, too.
            self._keep("place", self._place)

    def _keep(self, what: str, which: str) -> None:
        self._office.keep(Chosen(self._playground.frame, what, which, _ADULT))
