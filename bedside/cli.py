"""The commands: what people type, said and answered in plain sentences.

Each command imports what it needs when it is called, so that every one of them starts at once.
"""

from __future__ import annotations

import json
import os
import random
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from bedside import __version__, places
from bedside.errors import BedsideError
from bedside.files import reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bedside.music.events import Event, Performed, Player
    from bedside.sound.instrument import Instrument
    from bedside.stage.look import Look
    from bedside.stage.seats import Together

app = typer.Typer(
    name="bedside",
    help="The instrument that a child plays in a hospital bed, and the record that a music therapist learns from.",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Json = Annotated[bool, typer.Option("--json", help="Print machine-readable output, alone, on standard output.")]
Take = Annotated[str, typer.Argument(help="A take's id, the beginning of it, or 'last'.")]
Out = Annotated[Path, typer.Option("--out", help="The file to write; its ending says what kind.")]


def main() -> NoReturn:
    """Run the command line: exit 0 when done, 1 with one sentence for a fault, 2 for a mistake in the command."""
    try:
        app()
    except BedsideError as fault:
        _end(str(fault))
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except BrokenPipeError:
        # The reader of our output has had enough; the interpreter's own flush at exit would complain again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
    except Exception as fault:
        if os.environ.get("BEDSIDE_DEBUG"):
            traceback.print_exc()
        _end(
            f"Something went wrong that bedside did not foresee ({type(fault).__name__}); what was recorded is kept. "
            "Please start it again, and tell the people who look after this computer if it happens again."
        )
    raise SystemExit(0)


def _end(sentence: str) -> NoReturn:
    _say(sentence)
    raise SystemExit(1)


def _say(sentence: str) -> None:
    # Nobody may be there to read it any more; that is no reason to stop the music.
    with suppress(OSError, ValueError):
        print(sentence, file=sys.stderr, flush=True)


def _version(wanted: bool) -> None:
    if wanted:
        print(__version__)
        raise typer.Exit


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data", envvar="BEDSIDE_DATA", help="Where everything is kept; by default this user's data folder."
        ),
    ] = None,
    version: Annotated[  # noqa: ARG001 - the option acts in its callback
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Play, when no command is named."""
    context.obj = (data or places.user_data()).absolute()
    if context.invoked_subcommand is None:
        context.invoke(play, context)


@app.command()
def play(
    context: typer.Context,
    world: Annotated[str, typer.Option(help="The world to play in.")] = "night",
    patient: Annotated[str | None, typer.Option(help="The code of the child, never a name.")] = None,
    window: Annotated[str | None, typer.Option(metavar="WxH", help="A window, not the whole screen.")] = None,
    audio: Annotated[str | None, typer.Option(metavar="NAME", help="A sound card; doctor lists them.")] = None,
    midi: Annotated[str | None, typer.Option(metavar="NAME", help="Hear only MIDI keyboards of this name.")] = None,
    keys: Annotated[str, typer.Option(metavar="PLAYER", help="Who plays the MIDI keyboards.")] = "therapist",
    profile: Annotated[str, typer.Option(help="How loud and how sudden it may be: ward, quiet or night.")] = "ward",
    together: Annotated[
        str, typer.Option(help="Who shares the screen: alone, beside (side by side) or facing (face to face).")
    ] = "alone",
    other: Annotated[str, typer.Option("--with", metavar="PLAYER", help="Who else sits at the screen.")] = "child2",
    look: Annotated[
        str, typer.Option(help="What eyes need: still (no motion), contrast, dim (night), or several: still,dim.")
    ] = "",
    screen_mm: Annotated[
        str | None, typer.Option("--screen-mm", metavar="WxH", help="The screen's size, if it does not say so itself.")
    ] = None,
    free: Annotated[bool, typer.Option("--free", help="Let MIDI keys sound as they are, not in the scale.")] = False,
    or_demo: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Without a screen, make the demo in this folder instead.")
    ] = None,
) -> None:
    """Play the instrument; everything is recorded."""
    from bedside.stage import bed

    settings = bed.Bed(
        data=context.obj,
        world=world,
        patient=patient,
        size=_size(window),
        screen_mm=_millimetres(screen_mm),
        together=_together(together),
        players=_seated(together, other),
        look=_look(look),
        card=audio,
        midi=midi,
        keys=_players(keys)[0],
        profile=profile,
        snapped=not free,
    )
    try:
        bed.play(settings, _say)
    except bed.NoScreenError as fault:
        if or_demo is None:
            raise
        _say(f"{fault} The demo is made instead.")
        demo(context, or_demo)


@app.command()
def demo(
    context: typer.Context,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder for what the demo leaves.")] = Path(
        "out"
    ),
) -> None:
    """Let a built-in child and therapist improvise through the whole path: a take, a WAV, a MIDI file."""
    from bedside.archive import midifile
    from bedside.archive.recorder import Recorder
    from bedside.archive.store import Store
    from bedside.music.improvisation import improvise
    from bedside.sound import offline

    _folder(out)
    chance = random.Random(1)  # noqa: S311 - the demo is to be the same every time
    asked = [(each.seconds, each.event) for each in improvise(chance)]
    instruments = _instruments(context.obj, offline.FILE_RATE, [event for _, event in asked])
    with _working("Improvising"):
        performed = offline.perform(asked, instruments, offline.FILE_RATE, 128, chance.getrandbits(32))
    with Store.create(context.obj) as store:
        recorder = Recorder(store, None, _sound(), origin="demo")
        for each in performed:
            recorder.feed(each)
        if not recorder.close(30.0) or recorder.take is None:
            raise BedsideError(recorder.fault or "The demo could not be recorded.")
        take = recorder.take
        kept = store.performed(take)
    sound, score = out / "demo.wav", out / "demo.mid"
    _render(kept, instruments, _everybody(), sound)
    midifile.write(score, kept, offline.began(kept).rate)
    print(f"The demo left the take {take}, {sound} and {score}.")


@app.command()
def takes(context: typer.Context, as_json: Json = False) -> None:
    """List what is recorded."""
    from bedside.archive.store import Store

    with Store.open(context.obj) as store:
        found = store.takes()
    if as_json:
        _print_json(
            [
                {
                    "id": take.id,
                    "start": take.began.isoformat(timespec="milliseconds"),
                    "seconds": round(take.seconds, 3),
                    "players": [player.label for player in take.players],
                    "notes": take.notes,
                }
                for take in found
            ]
        )
        return
    if not found:
        print("Nothing is recorded yet.")
    for take in found:
        began = take.began.astimezone().strftime("%Y-%m-%d %H:%M")
        minutes, seconds = divmod(round(take.seconds), 60)
        players = ", ".join(player.label for player in take.players)
        print(f"{take.id}  {began}  {minutes:3}:{seconds:02}  {take.notes:6} notes  {players}")


@app.command(name="import")
def import_(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE.mid…", help="MIDI files; each becomes a take.")],
    players: Annotated[
        str | None, typer.Option(help="Who plays the parts, in order: child,therapist,child2,partner.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make takes of MIDI files; their channels or tracks become players."""
    from bedside.archive import midifile
    from bedside.archive.store import Store
    from bedside.sound import offline

    named = None if players is None else _players(players)
    done: list[dict[str, Any]] = []
    faults: list[str] = []
    with Store.create(context.obj) as store, _progress("Importing", len(files)) as moved:
        for file in files:
            try:
                for imported in midifile.read(file, named):
                    with store.writing() as writing:
                        session = writing.begin_session(None)
                        began = offline.began(imported.performed)
                        take = writing.begin_take(session, began, "imported", _sound())
                        writing.append(take, imported.performed)
                    notes = {player.label: count for player, count in imported.notes.items()}
                    done.append(
                        {"take": take, "notes": sum(notes.values()), "players": notes, "warnings": imported.warnings}
                    )
            except BedsideError as fault:
                faults.append(str(fault))
            moved(1)
    if as_json:
        _print_json(done)
    else:
        for each in done:
            parts = ", ".join(f"{player} {count}" for player, count in each["players"].items())
            print(f"{each['take']}  {each['notes']} notes  {parts}")
            for warning in each["warnings"]:
                _say(f"  {warning}")
    if faults:
        _end("\n".join(faults))


@app.command()
def render(
    context: typer.Context,
    take: Take,
    out: Out,
    player: Annotated[
        str | None, typer.Option(help="Only what this player played; or several: child,therapist.")
    ] = None,
) -> None:
    """Make a take sound again, bit for bit as it was heard: wav (exact), flac, ogg or mp3."""
    from bedside.archive.store import Store
    from bedside.sound import audiofile, offline

    if out.suffix.lower() not in audiofile.kinds():
        raise BedsideError(f"A sound file ends in {', '.join(audiofile.kinds())}; {out.name} does not.")
    heard = _players(player) if player is not None else _everybody()
    with Store.open(context.obj) as store:
        performed = store.performed(store.find(take))
    instruments = _instruments(context.obj, offline.sound_rate(performed), [each.event for each in performed])
    _render(performed, instruments, heard, out)
    print(f"{out} is written.")


@app.command()
def export(context: typer.Context, take: Take, out: Out) -> None:
    """Write a take as mid, csv or json, or as a page for the team: html, which plays anywhere, or pdf."""
    from bedside.archive import csvfile, jsonfile, midifile
    from bedside.archive.store import Store

    kind = out.suffix.lower()
    if kind not in (".mid", ".csv", ".json", ".html", ".pdf"):
        raise BedsideError(
            f"A take is exported to a file that ends in .mid, .csv, .json, .html or .pdf; {out.name} does not."
        )
    with Store.open(context.obj) as store:
        summary = store.summary(store.find(take))
        if kind in (".html", ".pdf"):
            from bedside.review.report import whole

            with _working("Making the page"):
                whole.write(store, context.obj, summary.id, out)
            print(f"{out} is written.")
            return
        performed = store.performed(summary.id)
    match kind:
        case ".mid":
            midifile.write(out, performed, summary.rate)
        case ".csv":
            csvfile.write(out, performed, summary.rate)
        case _:
            jsonfile.write(out, summary, performed)
    print(f"{out} is written.")


@app.command()
def measure(context: typer.Context, take: Take, as_json: Json = False) -> None:
    """Measure a take: what each player played, and what passed between two beside what chance would give."""
    from bedside.archive.store import Store
    from bedside.review.measures import table
    from bedside.review.measures import take as takes_
    from bedside.review.measures.measure import measure as measured

    with Store.open(context.obj) as store:
        name = store.find(take)
        performed = store.performed(name)
    with _working("Measuring"):
        found = measured(takes_.Take.of(name, performed))
    if as_json:
        # A line of its own for each number would take longer than to measure it.
        print(json.dumps(found, ensure_ascii=False, allow_nan=False))
    else:
        print("\n".join(table.lines(found)))


@app.command()
def sounds(
    context: typer.Context,
    sheet: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write a sound file and a picture of each into this folder.")
    ] = None,
    only: Annotated[str | None, typer.Option(metavar="NAME", help="Only this instrument.")] = None,
    as_json: Json = False,
) -> None:
    """List the instruments, or write sheets by which each can be judged in a minute."""
    from bedside.sound import album, offline
    from bedside.sound.sheet import name

    recipes = album.chosen(context.obj / "sounds", only, _say)
    if sheet is not None:
        _folder(sheet)
    found: list[dict[str, Any]] = []
    faults: list[str] = []
    share = 1 if sheet is None else 2
    with _progress("Making the instruments" if sheet is None else "Making the sheets", share * len(recipes)) as moved:
        for recipe in recipes:
            try:
                shown = album.subject(recipe, offline.FILE_RATE, moved)
            except BedsideError as fault:
                faults.append(str(fault))
                continue
            each: dict[str, Any] = {
                "name": shown.instrument.name,
                "lowest": shown.instrument.lowest,
                "highest": shown.instrument.highest,
                "register": shown.register,
                "sustained": shown.instrument.sustained,
                "pieces": len(shown.pieces) or 1,
                "megabytes": round(shown.megabytes, 1),
                "source": shown.source,
            }
            if sheet is not None:
                wave, picture = album.write(shown, sheet, moved)
                each |= {"wave": str(wave), "picture": str(picture)}
            found.append(each)
    if as_json:
        _print_json(found)
    else:
        wide = max((len(each["name"]) for each in found), default=0)
        for each in found:
            keys = f"{name(each['lowest'])}–{name(each['highest'])}"
            manner = "sustained" if each["sustained"] else "struck"
            size = f"{each['megabytes']:.0f} MB"
            print(
                f"{each['name']:{wide}}  {keys:7}  {manner:9}  {name(each['register']):3}  {size:>6}  {each['source']}"
            )
            if sheet is not None:
                print(f"{'':{wide}}  {each['wave']}, {each['picture']}")
    if faults:
        _end("\n".join(faults))


@app.command()
def review(
    context: typer.Context,
    port: Annotated[
        int | None, typer.Option(help="The port of the pages; by default 8023, or any that is free.")
    ] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open a browser there.")] = True,
) -> None:
    """Open the therapist's pages in the browser, on this computer only."""
    from bedside.review.web import server

    server.serve(context.obj, port, browser, _say)


@app.command()
def doctor(
    context: typer.Context,
    audio: Annotated[str | None, typer.Option(metavar="NAME", help="The sound card to measure.")] = None,
    as_json: Json = False,
) -> None:
    """Say what this machine has, and how quickly it answers a touch; nothing is heard."""
    from bedside.stage import examination

    with _working("Examining"):
        found = examination.examine(context.obj, audio)
    if as_json:
        _print_json(found.as_json())
    else:
        for line in found.lines():
            print(line)


def _render(
    performed: Sequence[Performed], instruments: Sequence[Instrument], heard: Sequence[Player], out: Path
) -> None:
    from bedside.sound import audiofile, offline

    rate = offline.sound_rate(performed)
    with _progress("Rendering", offline.frames(performed)) as moved:
        audiofile.write(out, offline.render(performed, instruments, heard), rate, moved)


def _instruments(data: Path, rate: int, events: Sequence[Event]) -> list[Instrument]:
    """Return those instruments, the user's own among them, that some events play on."""
    from bedside.sound import band

    with _progress("Making the instruments", 1.0) as moved:
        return band.gather(events, rate, data / "sounds", _say, moved)


def _sound() -> str:
    return f"bedside {__version__}"


def _together(name: str) -> Together:
    from bedside.stage.seats import Together

    if name not in list(Together):
        raise typer.BadParameter(f"players sit {', '.join(Together)}, not {name!r}")
    return Together(name)


def _seated(together: str, other: str) -> tuple[Player, ...]:
    from bedside.music.events import Player

    second = _players(other)[0]
    if second is Player.CHILD:
        raise typer.BadParameter("the child is there already; with child2, therapist or partner")
    return (Player.CHILD,) if together == "alone" else (Player.CHILD, second)


def _look(names: str) -> Look:
    from bedside.stage.look import Look

    wanted = [name.strip() for name in names.split(",") if name.strip()]
    known = ("still", "contrast", "dim")
    for name in wanted:
        if name not in known:
            raise typer.BadParameter(f"a look is of {', '.join(known)}, not {name!r}")
    return Look(**dict.fromkeys(wanted, True))


def _millimetres(text: str | None) -> tuple[float, float] | None:
    if text is None:
        return None
    width, cross, height = text.lower().partition("x")
    if cross and width.isdigit() and height.isdigit() and 40 <= int(width) <= 3000 and 40 <= int(height) <= 3000:
        return float(width), float(height)
    raise typer.BadParameter(f"a screen is as 217x136, from 40 to 3000 millimetres, not {text!r}")


def _everybody() -> list[Player]:
    from bedside.music.events import Player

    return list(Player)


def _players(labels: str) -> list[Player]:
    from bedside.music.events import Player

    try:
        return [Player.named(label.strip()) for label in labels.split(",")]
    except ValueError as fault:
        raise typer.BadParameter(str(fault)) from fault


def _size(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    width, cross, height = text.lower().partition("x")
    if cross and width.isdigit() and height.isdigit() and 160 <= int(width) <= 16384 and 160 <= int(height) <= 16384:
        return int(width), int(height)
    raise typer.BadParameter(f"a window is as 1280x800, from 160 to 16384 pixels, not {text!r}")


def _folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise BedsideError(f"The folder {path} cannot be made: {reason(fault)}.") from fault


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))


@contextmanager
def _working(what: str) -> Iterator[None]:
    """Show on a terminal that something goes on whose length is not known."""
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield


@contextmanager
def _progress(what: str, total: float) -> Iterator[Callable[[float], None]]:
    """Show a progress bar on a terminal, moved by calls with how much more is done."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=total)
        yield lambda more: bar.advance(task, more)
