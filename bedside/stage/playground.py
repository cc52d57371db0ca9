"""The playground: everything that players see and touch at one screen, and their way from world to world.

It connects hands, choices and pictures: it asks the engine for what hands do, shows what the engine reports, and has
choices recorded. It never waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

import pygame

from bedside.archive.store.choices import SET, Chosen, Marked
from bedside.errors import BedsideError
from bedside.music import scales
from bedside.music.events import (
    AllOff,
    Event,
    Lead,
    Lost,
    NoteOff,
    NoteOn,
    Performed,
    Player,
    Program,
    Report,
    Reverb,
    Settled,
    Source,
    Stop,
    TakeBegan,
    TakeEnded,
)
from bedside.music.recall import Recall
from bedside.music.settings import AllSettings
from bedside.sound.profiles import USUAL
from bedside.stage.ceiling import Ceiling
from bedside.stage.input.choices import Choices
from bedside.stage.input.echo import Echo
from bedside.stage.input.effects import Ask, Effect, Enter, Keep, Listen, ReleaseAll
from bedside.stage.input.hands import Finger, Hands, Pressed, Programmed, Tuning
from bedside.stage.input.longpress import LongPress
from bedside.stage.input.midi import KeyboardMessage
from bedside.stage.input.seats import HANDS, Control, Side
from bedside.stage.picture import arrangement, staffsign, wordpanel
from bedside.stage.picture.arrangement import Arrangement, Offered
from bedside.stage.picture.bedsetup import BedSetup
from bedside.stage.picture.calm import calm, drops_lit
from bedside.stage.picture.look import Look
from bedside.stage.picture.panels import Panels
from bedside.stage.picture.staffsign import StaffSign, Trouble
from bedside.stage.picture.view import View
from bedside.stage.picture.worker import Worker
from bedside.stage.quiethours import QuietHours
from bedside.stage.ward import Ward
from bedside.stage.worlds import world as worlds
from bedside.stage.worlds.world import World

# Staff have this long to read the words that they asked for.
_WORDS_SECONDS = 12.0

_MUTED = Trouble(
    "muted",
    "Everything is muted. Press both upper corners at once and let go, or the key M, to lift it; "
    "what was muted on the staff's sheet is lifted there.",
)

_LEAVING = Trouble(
    "notice",
    "Something asked bedside to close, and the child plays on. To leave it, hold both upper corners for two seconds, "
    "or press Ctrl and Q.",
)
_LEAVING_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Outside:
    """The playground's interface to the engine and the recorder; none of it blocks.

    ``ask`` asks the engine for an event, ``close_take`` ends the take that is playing, ``frame`` returns the frame that
    it has reached, None between takes, and ``keep`` records a choice or a marker. ``open_sheet`` is called when staff
    ask for their sheet.
    """

    ask: Callable[[Event], None]
    close_take: Callable[[], None]
    frame: Callable[[], int | None]
    keep: Callable[[Chosen | Marked], None]
    open_sheet: Callable[[], None] = lambda: None


class Playground:
    """A world on a surface, and everything that players can do in it; every ``now`` is in seconds.

    Players begin in ``world`` and may go to ``others``, by default all that are shipped. ``offered`` are the
    instruments in order, ``worker`` makes pictures. ``settings`` are those that the engine reports, ``ceiling`` is the
    profile of loudness that it was asked for. A display mode must be set; raises BedsideError if the world cannot be
    shown.
    """

    def __init__(
        self,
        surface: pygame.Surface,
        world: World,
        setting: BedSetup,
        offered: Sequence[Offered],
        outside: Outside,
        worker: Worker,
        others: Mapping[str, World] | None = None,
        ceiling: Ceiling | None = None,
    ) -> None:
        self._surface = surface
        self._size = self._shown = surface.get_size()
        self._setting = self._laid = setting
        self._offered = {each.name: each for each in offered}
        self._outside = outside
        self._worker = worker
        self._ceiling = Ceiling(USUAL) if ceiling is None else ceiling
        # The look outside the quiet hours, None while there are none.
        self._by_day: Look | None = None
        self._look = setting.look
        self.settings = AllSettings()
        self._recall = Recall()
        self._pending: list[tuple[float, Event]] = []
        self._in_take = False
        self._joined = False
        self._laying = 0
        # The world that is being laid out, None where there is none.
        self._ahead: str | None = None
        # What is painted on while the window has another size than what is laid out.
        self._canvas: pygame.Surface | None = None
        self._sounding: dict[tuple[Player, int], NoteOn] = {}
        self._now = 0.0
        # Players whose panel stays open until the world that was chosen on it is ready.
        self._leaving: set[Player] = set()
        self._worlds = {**(worlds.find_all(lambda _: None) if others is None else others), world.name: world}
        there, sounds = sorted(self._worlds), [each.name for each in offered]
        self.choices = Choices(setting.players, _apart(setting), world.name, there, sounds, self.settings)
        place = arrangement.arrange(world, setting, self._size, self._offered)
        self._sides = place.sides
        staff = StaffSign(staffsign.place(place.sides[0].seat), setting.look)
        self.view = View(place.scene, place.signs, staff)
        self._press_of_staff = LongPress(self._size)
        self._ward = Ward(self._size, setting.least, self.choices, outside.frame, outside.keep, outside.open_sheet)
        self._troubles: tuple[Trouble, ...] = ()
        self._drops: int | None = None
        self._words_until = float("inf")
        self._asked_until = float("-inf")
        self._panels = self._new_panels()
        compasses = {each.name: each.compass for each in offered}
        sustained = frozenset(each.name for each in offered if each.sustained)
        self.hands = Hands(place.sides, self._size, self._tuning(place), compasses, self.settings, sustained)
        self._echo = Echo(self.hands.numbers, self.settings)
        self._outside.ask(Lead(setting.players[0]))
        self._outside.ask(Reverb(world.room))
        self._do(self.choices.entered(world.name, world.instrument), 0.0)
        self._show_signs()

    @property
    def resting(self) -> bool:
        """Whether nothing moves and no replay is heard."""
        return self.view.resting and not self._echo.active

    @property
    def next_due(self) -> float:
        """When the next event of a replay is due; infinite where none is."""
        return self._echo.next_due

    @property
    def sides(self) -> tuple[Side, ...]:
        """Each seat with its pads, as they are now."""
        return self._sides

    @property
    def setting(self) -> BedSetup:
        """How the bed is set, or will be once it is laid out."""
        return self._setting

    def set_up(self, setting: BedSetup, by: str, now: float, world: str | None = None) -> None:
        """Set the bed in another way, or in another ``world``, while notes ring on; ``by`` (adult, clock) is recorded.

        Fingers and keys that are down hold their notes until they leave; a finger that goes on to another place plays
        what is there. It is shown as soon as it is laid out; if the world's pictures are damaged, all stays as it is.
        """
        name = world or self.ahead
        before = self._told()
        self._seat(setting, now)
        self._lay(name)
        self._keep_changes(before, by)
        if by == "adult":
            self.view.scene.dimmer.wake()

    def resize(self, surface: pygame.Surface, least: float) -> None:
        """Take the window's surface; at another size all is laid out anew, and until then what there is fills it."""
        if surface is self._surface and least == self._setting.least and surface.get_size() == self._shown:
            return
        self._shown = surface.get_size()
        if surface.get_size() != self._size and self._canvas is None:
            self._canvas = pygame.Surface(self._size).convert()
        self._surface = surface
        self._setting = replace(self._setting, least=least)
        self.view.expose()
        self._lay(self.ahead)

    def _seat(self, setting: BedSetup, now: float) -> None:
        """Let the bed be set so from here on, and those have choices who sit there."""
        before, self._setting = self._setting, setting
        if (setting.players, setting.keys) != (before.players, before.keys):
            self._do(self.choices.seat(setting.players, _apart(setting)), now)

    def _keep_changes(self, before: Mapping[str, str], by: str) -> None:
        """Keep how the bed is set, where that differs from ``before``, as a choice of ``by``."""
        for what, which in self._told().items():
            if which != before[what]:
                self._outside.keep(Chosen(self._outside.frame(), what, which, by))

    def _told(self) -> dict[str, str]:
        """Return what the record says of how the bed is set now."""
        return self._setting.told(self._worlds[self.ahead])

    def fade_in(self) -> None:
        """Let what is on the surface now, which something else has drawn, fade out over the world."""
        self.view.fade_in(self._surface)

    @property
    def surface(self) -> pygame.Surface:
        """What is painted on: as large as what is laid out, which the window is once all is laid out anew."""
        return self._surface if self._canvas is None else self._canvas

    @property
    def ahead(self) -> str:
        """The world that everybody is in, or goes to."""
        return self._ahead or self.choices.world

    @property
    def profile(self) -> str:
        """The profile of loudness in force."""
        return self._ceiling.profile

    @property
    def frame(self) -> int | None:
        """The frame that the take has reached, None between takes."""
        return self._outside.frame()

    @property
    def wiping(self) -> bool:
        """Whether the screen is being wiped."""
        return self._ward.wiping

    def feed(self, event: pygame.event.Event, now: float) -> None:
        """Process an input event of the screen, the mouse or the computer's keys."""
        meant = self._ward.feed(self._laid_out(event), now)
        if meant is not None and not self._press_of_staff.feed(meant, self.view.staff.target, now):
            self._ask_all(self.hands.feed(meant))
            for x, y in self.hands.felt():
                self.view.feel((x, y), now)
            for player, note, x, y in self.hands.moved():
                self.view.scene.move(player, note, x, y, now)
            self._press(now)
        self._serve_ward(now)

    def _laid_out(self, event: pygame.event.Event) -> pygame.event.Event:
        """Return an event with the mouse where it is in what is laid out, if that is shown larger or smaller."""
        if self._canvas is None or "pos" not in event.dict:
            return event
        pos = tuple(
            at * laid // shown for at, laid, shown in zip(event.pos, self._size, self._surface.get_size(), strict=True)
        )
        return pygame.event.Event(event.type, {**event.dict, "pos": pos})

    def hear(self, played: KeyboardMessage, now: float) -> None:
        """Process a message of a MIDI keyboard."""
        self._ward.hear(played)
        self._ask_all(self.hands.hear(played, now))
        self._press(now)
        self._serve_ward(now)

    def release_missing(self, there: set[Finger]) -> None:
        """Release the fingers whose leaving was not reported: those that are no longer ``there``."""
        self._press_of_staff.release_missing(there)
        self._ward.release_missing(there)
        self._ask_all(self.hands.release_missing(there))

    def tell(self, troubles: Sequence[Trouble]) -> None:
        """Show staff what is wrong with the machine, the most serious first; nothing takes the sign away."""
        self._troubles = tuple(troubles)
        self._tell_staff()

    def lift(self) -> None:
        """Lift every finger, and end a replay."""
        self._ward.settle()
        self._ask_all(self.hands.lift())
        self._end_listening()

    def lead(self, now: float) -> None:
        """Let the player of the keyboards take the lead, or give it back."""
        self._do(self.choices.act(Pressed(Control.SUN, self._setting.keys), now), now)
        self._show_signs()

    def renew(self) -> None:
        """Prepare for the next child: forget the last phrase, and lift a stop."""
        self.lift()
        self._recall = Recall()
        self._do(self.choices.renew(), 0.0)
        self._show_signs()
        self._show_panels()

    def follow(self, report: Report, now: float) -> None:
        """Process a report of the engine."""
        self.settings.follow(report)
        match report:
            case Performed(_, Program(player)) | Settled(Program(player)):
                self.hands.tune(player)
                self.view.scene.tune(self.hands.pads)
        if isinstance(report, Performed):
            self._recall.feed(report)
            self._follow_music(report.event, now)
        self._show_signs()

    def _follow_music(self, event: Event, now: float) -> None:
        self.choices.follow(event)
        at = self.hands.place(event.player, event.note) if isinstance(event, NoteOn) else None
        self.view.follow(event, now, at)
        match event:
            case NoteOn(player, note):
                self._sounding[player, note] = event
            case NoteOff(player, note):
                self._sounding.pop((player, note), None)
            case Stop() | Lost() | TakeBegan() | TakeEnded():
                self._sounding.clear()
        match event:
            case TakeBegan():
                self._in_take = True
                self._joined = False
                # A take says how the bed was set from its first frame on.
                for what, which in {**self._told(), "profile": self._ceiling.profile}.items():
                    self._outside.keep(Chosen(0, what, which, SET))
            case NoteOn() if self._echo.active and event.source is not Source.REPLAY:
                self._joined = True
            case TakeEnded():
                self._in_take = False
                self._begin_listening(now)

    def tick(self, now: float) -> None:
        """Ask for the events that are due, and show finished work of the worker."""
        before, self._now = self._now, now
        if before < self._asked_until <= now:
            self._tell_staff()
        active = self._echo.active
        self._ask_all(self._echo.due(now))
        if active and not self._echo.active:
            if not self._joined:
                # The next touch must not continue a take in which nobody played.
                self._outside.close_take()
            self._show_signs()
        self._worker.deliver()
        self._serve_ward(now)
        self._show_calm(now)
        self._show_words(now)
        if not self._in_take and self.view.resting:
            self._panels.prepare(self._sides[0], now)

    def _show_words(self, now: float) -> None:
        """Show what staff asked to read by a long press on their sign, and take it away after some seconds."""
        held = self._press_of_staff.held(now)
        for finger in held:
            self._ask_all(self.hands.cancel(finger))
        sentences = [trouble.sentence for trouble in self.view.staff.troubles]
        if held and sentences:
            corner = (self.view.staff.rect.right, round(self._sides[0].seat.play.y))
            self.view.show_words(*wordpanel.panel(sentences, self._size, corner, self._setting.look))
            self._words_until = now + _WORDS_SECONDS
        if now >= self._words_until:
            self._words_until = float("inf")
            self.view.hide_words()

    def expose(self) -> None:
        """Redraw everything at the next paint: something else was drawn over it."""
        self.view.expose()

    def paint(self, now: float) -> Iterator[None]:
        """Draw what changed, yielding after every small step; then `dirty` says where."""
        if self._canvas is None:
            yield from self.view.paint(self._surface, now)
            return
        yield from self.view.paint(self._canvas, now)
        pygame.transform.scale(self._canvas, self._surface.get_size(), self._surface)

    @property
    def dirty(self) -> list[pygame.Rect]:
        """The rectangles that the last paint changed."""
        return self.view.dirty if self._canvas is None else [self._surface.get_rect()]

    def _ask_all(self, events: Sequence[Event]) -> None:
        for event in events:
            self._outside.ask(event)

    def ask_to_leave(self, now: float) -> None:
        """Tell staff how to leave, for a while: something asked the window to close, which may be the child."""
        self._asked_until = now + _LEAVING_SECONDS
        self._tell_staff()

    def mute(self, muted: bool, now: float) -> None:
        """Mute everything for staff, so that no child's gesture lifts it, or lift any mute."""
        self._do(self.choices.mute.staff(muted), now)
        self._tell_staff()
        self._show_signs()

    def choose(self, meant: Programmed, now: float) -> None:
        """Choose an instrument for a player, for staff."""
        self._do(self.choices.act(meant, now), now)
        self._show_signs()

    def ask(self, event: Event) -> None:
        """Ask the engine for a setting, for staff."""
        self._outside.ask(event)

    def bookmark(self, now: float) -> None:
        """Mark the last seconds, silently."""
        self._ward.mark(now)

    def go_on(self, now: float) -> None:
        """Let everything go on for staff, whoever stopped it."""
        self._do(self.choices.go_on(), now)
        self._show_signs()

    def wipe_down(self, seconds: float, now: float) -> None:
        """Ignore every touch for 30 to 180 seconds, over a calm picture; raise ValueError for another length."""
        self._do(self._ward.wipe_down(seconds, now), now)
        self._ask_all(self.hands.lift())
        self.choices.choosing.clear()
        self._show_signs()
        self._show_panels()

    def choose_profile(self, profile: str, permitted: Callable[[], bool], now: float) -> bool:
        """Set the profile of loudness for staff; return whether it is in force now.

        A louder one than now needs ``permitted`` to say that the staff code was given, or that none is set.
        """
        self._do(self._ceiling.choose(profile, permitted), now)
        return self._ceiling.profile == profile

    def quieten(self, hours: QuietHours | None, now: float) -> None:
        """Begin quiet hours, or end them with None: loudness and look change softly, and the music goes on."""
        self._do(self._ceiling.limit(None if hours is None else hours.profile), now)
        if hours is not None:
            if self._by_day is None:
                self._by_day = self._setting.look
            self._wear(self._by_day.joined(hours.look), now)
        elif self._by_day is not None:
            look, self._by_day = self._by_day, None
            self._wear(look, now)

    def _wear(self, look: Look, now: float) -> None:
        """Have the world painted in another look, and show it when it is ready."""
        if look != self._setting.look:
            self.set_up(replace(self._setting, look=look), "clock", now)

    def _new_panels(self) -> Panels:
        return Panels(self.choices, self.view, self._setting, self._offered, self._worlds, self._worker)

    def _serve_ward(self, now: float) -> None:
        """Do what staff asked for in the corners, by keys and pedals, and end a wipe-down that is over."""
        for finger in self._ward.claimed():
            self._ask_all(self.hands.cancel(finger))
        effects = self._ward.due(now)
        if effects or self.hands.deaf != self._deaf:
            self._do(effects, now)
            self._tell_staff()
            self._show_signs()

    @property
    def _deaf(self) -> bool:
        return self.choices.silent or self._ward.wiping

    def _tell_staff(self) -> None:
        """Show staff that all is muted, and what is wrong with the machine."""
        muted = [_MUTED] if self.choices.mute.on else []
        asked = [_LEAVING] if self._asked_until > self._now else []
        self.view.staff.tell([*muted, *asked, *self._troubles])

    def _show_calm(self, now: float) -> None:
        """Show the picture of a wipe-down while there is one."""
        left = self._ward.wiped(now)
        drops = None if left is None else drops_lit(left)
        if drops == self._drops:
            return
        self._drops = drops
        if drops is None:
            self.view.hide_calm()
        else:
            self.view.show_calm(calm(self._size, drops, self._setting.look))

    def _press(self, now: float) -> None:
        presses = self.hands.presses()
        if self._ward.wiping:
            return
        for press in presses:
            meant = self._panels.resolve(press, now)
            if meant is None:
                continue
            effects = self.choices.act(meant, now)
            if isinstance(meant, Pressed) and meant.control is Control.HAND:
                effects = self._ward.hold(meant.player, effects, now)
            self._do(effects, now)
        if presses:
            self.view.scene.dimmer.wake()
            self._show_signs()
            self._show_panels()

    def _do(self, effects: Sequence[Effect], now: float) -> None:
        for effect in effects:
            match effect:
                case Ask(event):
                    self._outside.ask(event)
                    if isinstance(event, Program):
                        self._echo.choose(event)
                case Keep(what, which, by):
                    self._outside.keep(Chosen(self._outside.frame(), what, which, by))
                case ReleaseAll():
                    self._ask_all([*self.hands.release(), *self.hands.lift_keys()])
                    self._end_listening()
                    self._ask_all([AllOff(player) for player in Player])
                case Listen(True):
                    self._listen(now)
                case Listen(False):
                    self._end_listening()
                case Enter(name):
                    self._leaving |= self.view.open_panels
                    before = self._told()
                    self._lay(name)
                    # That the world was chosen is kept already; what it brings with it nobody chose.
                    self._keep_changes({**before, "world": name}, SET)
        self.hands.deaf = self._deaf
        self.view.scene.dimmer.stop(self.choices.silent)

    def _listen(self, now: float) -> None:
        """Replay the last phrase, once the take that is playing has ended."""
        self._pending = self._recall.phrase()
        if not self._pending:
            return
        self.choices.listening = True
        if self._in_take:
            self._ask_all([*self.hands.lift(), *self.hands.lift_keys()])
            self._outside.close_take()
        else:
            self._begin_listening(now)

    def _begin_listening(self, now: float) -> None:
        if self._pending:
            self._echo.start(self._pending, now)
            self._pending = []

    def _end_listening(self) -> None:
        self._pending = []
        self._ask_all(self._echo.stop())
        self.choices.listening = False

    def _lay(self, name: str) -> None:
        """Have a world laid out as the bed is set and as large as the window is, and go there when it is ready."""
        self._laying += 1
        self._ahead = name
        turn, setting, size = self._laying, self._setting, self._surface.get_size()

        def make() -> Arrangement | None:
            with suppress(BedsideError):
                return arrangement.arrange(self._worlds[name], setting, size, self._offered)
            # If its pictures are damaged, everybody stays here.
            return None

        def arrive(place: Arrangement | None) -> None:
            if turn != self._laying:
                return
            before, self._ahead = self._told(), None
            if place is None:
                self._seat(replace(self._laid, least=setting.least), self._now)
                self._keep_changes(before, SET)
                self._leaving.clear()
                self._show_signs()
                self._show_panels()
            else:
                self._arrive(place)

        self._worker.submit(make, arrive)

    def _arrive(self, place: Arrangement) -> None:
        """Go where everything is laid out; what sounds rings on, and is lit there."""
        shown, self._laid = self._surface, place.setting
        if place.size != self._size:
            self._size = place.size
            self._press_of_staff = LongPress(place.size)
            self._drops = None
            self.view.drop_overlays()
        self._canvas = None
        self._ward.resize(place.size, place.setting.least)
        self._sides = place.sides
        self._panels = self._new_panels()
        self._leaving.clear()
        rect = staffsign.place(place.sides[0].seat)
        if (rect, place.setting.look) != (self.view.staff.rect, self._look):
            self._look = place.setting.look
            self.view.staff = StaffSign(rect, self._look)
            self._tell_staff()
        same = place.world.name == self.choices.world
        if same:
            # A world that sleeps sleeps on, and one that is stopped stays half dark.
            place.scene.dimmer = self.view.scene.dimmer
        self.view.crossfade(shown, place.scene, place.signs)
        self._ask_all(self.hands.settle(place.sides, place.size, self._tuning(place)))
        if not same:
            self.choices.choosing.clear()
            self._outside.ask(Reverb(place.world.room))
            self._do(self.choices.entered(place.world.name, place.world.instrument), self._now)
        place.scene.tune(self.hands.pads)
        for event in self._sounding.values():
            place.scene.follow(event, self._now, None)
        self._show_signs()
        self._show_panels()

    def _show_panels(self) -> None:
        """Show the panels of those who choose, and hide the others'."""
        choosing = self.choices.choosing
        for side in self._sides:
            player = side.seat.player
            if player in self._leaving:
                self.hands.choosing[player] = ()
            elif player in choosing:
                self.hands.choosing[player] = self._panels.open(side, choosing[player])
            else:
                self.hands.choosing.pop(player, None)
                self.view.hide_panel(player)

    def _show_signs(self) -> None:
        """Update the signs; an instrument that is awaited is shown waiting."""
        choices = self.choices
        choices.listening = self._echo.active or bool(self._pending)
        for side in self._sides:
            player = side.seat.player
            sign = partial(self.view.sign, player=player)
            for hand in HANDS:
                sign(hand).light(choices.stopped_by(player))
            sign(Control.EAR).light(choices.listening)
            sign(Control.STAR).light(choices.starred)
            sign(Control.SUN).show("sun" if choices.lead is player else "sunless")
            sign(Control.SUN).light(True)
            sign(Control.DOOR).light(choices.choosing.get(player) is Control.DOOR)
            sign(Control.SOUND).light(choices.choosing.get(player) is Control.SOUND)
            plays = self.settings.parts[player].instrument
            # Until the first instrument of all is ready, the world's is on its way.
            name = self.settings.awaited.get(player) or plays or self._worlds[choices.world].instrument
            sign(Control.SOUND).wait(name != plays)
            if name in self._offered:
                sign(Control.SOUND).show(self._offered[name].picture)

    def _tuning(self, place: Arrangement) -> Tuning:
        return Tuning(scales.scale(place.world.scale), place.world.root, place.setting.keys, place.setting.free)


def _apart(setting: BedSetup) -> list[Player]:
    """Return the players who play only at keyboards."""
    return [setting.keys] if setting.keys not in setting.players else []
