"""The real program, run as people run it: what it prints, what it leaves, and how it ends."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile

from bedside import __version__
from bedside.sound.audiofile import kinds

CHECKOUT = Path(__file__).parent.parent
COMMANDS = ("play", "demo", "takes", "import", "render", "export", "sounds", "doctor")
SECONDS = 120

# Without these no screen is found, whatever the machine has and other tests have asked for.
SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER")


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run of the program ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Demos:
    """Two demos, each with its own record: asked for, from the unpacked wheel; and made instead of play."""

    root: Path
    asked: Ended
    instead_of_play: Ended


def environment(**more: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in SCREENS} | more


def start(data: Path, *arguments: object, **environ: str) -> subprocess.Popen[str]:
    data.parent.mkdir(parents=True, exist_ok=True)
    return subprocess.Popen(
        [sys.executable, "-m", "bedside", "--data", str(data), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        env=environment(**environ),
        cwd=data.parent,
    )


def end(program: subprocess.Popen[str]) -> Ended:
    out, err = program.communicate(timeout=SECONDS)
    assert "Traceback" not in out + err
    return Ended(program.returncode, out, err)


def bedside(data: Path, *arguments: object, **environ: str) -> Ended:
    return end(start(data, *arguments, **environ))


def together(*commands: tuple[object, ...]) -> list[Ended]:
    """Run commands, each a data folder and its arguments, side by side."""
    runs = [start(Path(str(data)), *arguments) for data, *arguments in commands]
    return [end(run) for run in runs]


def done(data: Path, *arguments: object) -> str:
    """Return what a run that must succeed printed on standard output."""
    ended = bedside(data, *arguments)
    assert ended.code == 0, ended.err
    return ended.out


def sentence(ended: Ended) -> str:
    """Return the one plain sentence in which a run failed."""
    assert ended.code == 1, ended
    assert ended.out == ""
    said = ended.err.removesuffix("\n")
    assert "\n" not in said
    assert said.endswith(".")
    assert "did not foresee" not in said
    return said


def score(path: Path, *tracks: Mapping[int, int], velocity: int = 40, bend: bool = False) -> Path:
    """Write a MIDI file with so many notes on each channel, track by track; the last channel of a track plays first."""
    file = mido.MidiFile(type=1 if len(tracks) > 1 else 0)
    for counts in tracks:
        track = mido.MidiTrack()
        for channel, count in sorted(counts.items(), reverse=True):
            for number in range(count):
                note = 60 + 2 * number + channel
                track.append(mido.Message("note_on", channel=channel, note=note, velocity=velocity))
                track.append(mido.Message("note_off", channel=channel, note=note, time=120))
        if bend:
            track.append(mido.Message("pitchwheel", pitch=100))
        file.tracks.append(track)
    file.save(path)
    return path


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))


def sound(path: Path) -> np.ndarray:
    samples, rate = soundfile.read(path, dtype="float32")
    assert rate == 48000
    return samples


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a wheel built from the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert built.returncode == 0, built.stderr
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def demos(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Iterator[Demos]:
    """Give the two demos, made side by side."""
    root = tmp_path_factory.mktemp("demos")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(root / "unpacked")
    runs = [
        start(root / "asked", "demo", "--out", root / "asked_out", PYTHONPATH=str(root / "unpacked")),
        start(root / "played", "play", "--or-demo", root / "played_out"),
    ]
    try:
        yield Demos(root, *[end(run) for run in runs])
    finally:
        for run in runs:
            run.kill()


@pytest.fixture(scope="module")
def kept(demos: Demos) -> Path:
    """Return the record of the demo, which no test may change."""
    assert demos.asked.code == 0, demos.asked.err
    return demos.root / "asked"


@pytest.fixture(scope="module")
def duet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a record of one quiet take: a child's and a therapist's few notes."""
    folder = tmp_path_factory.mktemp("duet")
    done(folder / "kept", "import", score(folder / "duet.mid", {0: 3}, {0: 2}, velocity=30))
    return folder / "kept"


@pytest.fixture(scope="module")
def wave(duet: Path) -> Path:
    """Return the quiet take as a wave."""
    path = duet.parent / "whole.wav"
    done(duet, "render", "last", "--out", path)
    return path


def test_demo_leaves_a_take_of_a_child_and_a_therapist(kept: Path) -> None:
    """After the demo one take is listed: its id, its beginning, about a minute, both players, and their notes."""
    (take,) = json.loads(done(kept, "takes", "--json"))
    assert list(take) == ["id", "start", "seconds", "players", "notes"]
    assert take["players"] == ["child", "therapist"]
    assert 30 < take["seconds"] < 90
    assert take["notes"] > 50
    listed = done(kept, "takes")
    assert listed.startswith(take["id"])
    assert f"{take['notes']} notes  child, therapist\n" in listed


def test_demo_leaves_a_wave_of_floats_that_is_heard_and_within_the_ceiling(demos: Demos, kept: Path) -> None:
    """The demo's sound is stereo, in 32-bit floats, as long as its take, neither faint nor above −3 dBFS."""
    path = demos.root / "asked_out" / "demo.wav"
    info = soundfile.info(path)
    assert (info.format, info.subtype, info.channels, info.samplerate) == ("WAV", "FLOAT", 2, 48000)
    (take,) = json.loads(done(kept, "takes", "--json"))
    assert info.duration == pytest.approx(take["seconds"], abs=0.01)
    heard = sound(path)
    assert -40 < 10 * np.log10(np.mean(heard.astype(float) ** 2)) < -15
    assert 0.1 < np.abs(heard).max() <= 10 ** (-3 / 20)


def test_demo_leaves_a_midi_file_with_a_track_for_each_player(demos: Demos, kept: Path) -> None:
    """The demo's score has a track named after each player, and in them every note of the take."""
    tracks = {track.name: track for track in mido.MidiFile(demos.root / "asked_out" / "demo.mid").tracks if track.name}
    assert list(tracks) == ["child", "therapist"]
    counts = [sum(m.type == "note_on" and m.velocity > 0 for m in track) for track in tracks.values()]
    assert all(counts)
    (take,) = json.loads(done(kept, "takes", "--json"))
    assert sum(counts) == take["notes"]


def test_play_without_a_screen_is_refused_in_a_sentence(tmp_path: Path) -> None:
    """Where there is no screen, play says so and ends with 1, and so does bedside without a command."""
    for ended in together((tmp_path / "kept", "play"), (tmp_path / "kept",)):
        assert "no screen" in sentence(ended)


def test_play_without_a_screen_makes_the_demo_where_asked(demos: Demos) -> None:
    """With --or-demo the lack of a screen is said, and the very demo is made instead."""
    assert demos.instead_of_play.code == 0
    assert "no screen" in demos.instead_of_play.err
    for name in ("demo.wav", "demo.mid"):
        made = (demos.root / "played_out" / name).read_bytes()
        assert made == (demos.root / "asked_out" / name).read_bytes()


def test_the_wheel_brings_all_that_is_shipped(wheel: Path) -> None:
    """Every file of assets/ and sounds/ lies in the wheel, inside the package, and no test does."""
    shipped = {
        f"bedside/{path.relative_to(CHECKOUT).as_posix()}"
        for folder in ("assets", "sounds")
        for path in (CHECKOUT / folder).rglob("*")
        if path.is_file()
    }
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
    assert {"bedside/assets/worlds/night.toml", "bedside/sounds/harp.toml", "bedside/cli.py"} <= names
    assert shipped <= names
    assert not [name for name in names if not name.startswith(("bedside/", f"bedside-{__version__}.dist-info/"))]


def test_the_unpacked_wheel_plays_the_demo_alone(demos: Demos) -> None:
    """The demo was made by the installed files alone, which find what they ship beside them."""
    assert demos.asked.code == 0, demos.asked.err
    unpacked = demos.root / "unpacked"
    where = subprocess.run(
        [sys.executable, "-c", "from bedside import places; print(places.shipped('assets'), places.shipped('sounds'))"],
        env=environment(PYTHONPATH=str(unpacked)),
        cwd=demos.root,
        capture_output=True,
        text=True,
        check=True,
    )
    assert where.stdout.split() == [str(unpacked / "bedside" / name) for name in ("assets", "sounds")]


def test_rendering_a_take_gives_the_bits_that_the_demo_left(demos: Demos, kept: Path, tmp_path: Path) -> None:
    """Rendered again, the demo's take is the same file, byte for byte."""
    done(kept, "render", "last", "--out", tmp_path / "again.wav")
    assert (tmp_path / "again.wav").read_bytes() == (demos.root / "asked_out" / "demo.wav").read_bytes()


def test_rendering_twice_gives_the_same_bits(duet: Path, wave: Path, tmp_path: Path) -> None:
    """An imported take, found by the beginning of its id, has a sound as fixed as a played one."""
    (take,) = json.loads(done(duet, "takes", "--json"))
    done(duet, "render", take["id"][:8], "--out", tmp_path / "again.wav")
    assert (tmp_path / "again.wav").read_bytes() == wave.read_bytes()


def test_the_players_alone_add_up_to_the_whole(duet: Path, wave: Path, tmp_path: Path) -> None:
    """Child and therapist rendered alone are both heard, differ, and sum to the mix of a take too quiet to limit."""
    names = ("child", "therapist")
    for ended in together(*[(duet, "render", "last", "--player", n, "--out", tmp_path / f"{n}.wav") for n in names]):
        assert ended.code == 0, ended.err
    heard = [sound(wave), *[sound(tmp_path / f"{name}.wav") for name in names]]
    frames = max(map(len, heard))
    whole, child, therapist = (np.pad(each, ((0, frames - len(each)), (0, 0))) for each in heard)
    assert min(np.abs(child).max(), np.abs(therapist).max()) > 0.001
    assert np.abs(whole).max() < 10 ** (-4 / 20)
    assert np.abs(child - therapist).max() > 0.001
    assert np.abs(child + therapist - whole).max() < 1e-6


def test_every_kind_of_sound_file_is_readable(duet: Path, wave: Path, tmp_path: Path) -> None:
    """flac, ogg and mp3 are what their ending says, in either case, as long and as loud as the wave."""
    exact = sound(wave)
    paths = [tmp_path / f"duet{ending.upper()}" for ending in kinds() if ending != ".wav"]
    for path, ended in zip(paths, together(*[(duet, "render", "last", "--out", path) for path in paths]), strict=True):
        assert ended.code == 0, ended.err
        assert soundfile.info(path).format == path.suffix[1:]
        heard = sound(path)
        assert abs(len(heard) - len(exact)) <= 2 * 1152
        assert np.sqrt(np.mean(heard**2)) == pytest.approx(np.sqrt(np.mean(exact**2)), rel=0.1)


def test_export_to_midi_and_back_keeps_every_note(kept: Path, tmp_path: Path) -> None:
    """A take exported as MIDI and imported again has the same notes: onset, length, player, key, velocity."""
    done(kept, "export", "last", "--out", tmp_path / "take.mid")
    done(tmp_path / "other", "import", tmp_path / "take.mid")
    both = ((kept, "before.csv"), (tmp_path / "other", "after.csv"))
    together(*[(data, "export", "last", "--out", tmp_path / name) for data, name in both])
    before, after = (table(tmp_path / name) for name in ("before.csv", "after.csv"))
    assert len(before) > 50
    assert before == after


def test_export_to_json_and_csv_tells_the_same_notes(kept: Path, tmp_path: Path) -> None:
    """The table and the JSON hold as many notes as the list says, and the JSON every event from the first."""
    (take,) = json.loads(done(kept, "takes", "--json"))
    together(*[(kept, "export", take["id"], "--out", tmp_path / name) for name in ("take.json", "take.csv")])
    whole = json.loads((tmp_path / "take.json").read_text("utf-8"))
    rows = table(tmp_path / "take.csv")
    assert whole["take"] == take["id"]
    assert len(whole["notes"]) == len(rows) == take["notes"]
    assert [(note["player"], note["key"]) for note in whole["notes"]] == [
        (row["player"], int(row["key"])) for row in rows
    ]
    assert whole["events"][0]["kind"] == "take_began"


def test_import_gives_channels_to_the_players_in_order(tmp_path: Path) -> None:
    """Where one track has notes, the first player takes the lowest channel, whichever sounds first."""
    file = score(tmp_path / "channels.mid", {2: 3, 7: 5})
    (imported,) = json.loads(done(tmp_path / "kept", "import", file, "--players", "therapist,child", "--json"))
    assert list(imported) == ["take", "notes", "players", "warnings"]
    assert imported["players"] == {"therapist": 3, "child": 5}
    assert (imported["notes"], imported["warnings"]) == (8, [])
    (take,) = json.loads(done(tmp_path / "kept", "takes", "--json"))
    assert (take["id"], take["notes"], take["players"]) == (imported["take"], 8, ["child", "therapist"])


def test_import_gives_tracks_to_the_players_in_order(tmp_path: Path) -> None:
    """Where several tracks have notes, each is a player's, and a track without notes is nobody's."""
    file = score(tmp_path / "tracks.mid", {}, {5: 2, 1: 2}, {0: 3})
    (imported,) = json.loads(done(tmp_path / "kept", "import", file, "--players", "therapist,child", "--json"))
    assert imported["players"] == {"therapist": 4, "child": 3}


def test_import_warns_of_what_a_take_cannot_hold(tmp_path: Path) -> None:
    """Five parts for four players are said: in the JSON, or on standard error beside the list."""
    file = score(tmp_path / "five.mid", *[{0: 1}] * 5)
    (imported,) = json.loads(done(tmp_path / "kept", "import", file, "--json"))
    assert imported["players"] == {"child": 1, "therapist": 1, "child2": 1, "partner": 2}
    (parts,) = imported["warnings"]
    assert parts.startswith("It has 5 parts; the last 2 ")
    spoken = bedside(tmp_path / "kept", "import", file)
    assert spoken.code == 0
    assert parts in spoken.err
    assert parts not in spoken.out


def test_a_broken_file_is_named_and_the_good_ones_beside_it_are_imported(tmp_path: Path) -> None:
    """Import ends with 1 and one sentence for each broken file; standard output still is the JSON of the others."""
    good, better = (score(tmp_path / name, {0: count}) for name, count in (("good.mid", 2), ("better.mid", 3)))
    broken = tmp_path / "broken.mid"
    broken.write_bytes(b"RIFF" + bytes(100))
    ended = bedside(tmp_path / "kept", "import", good, broken, better, "--json")
    assert ended.code == 1
    assert ended.err == "broken.mid is not a MIDI file.\n"
    assert [each["notes"] for each in json.loads(ended.out)] == [2, 3]
    assert [take["notes"] for take in json.loads(done(tmp_path / "kept", "takes", "--json"))] == [2, 3]


def test_nothing_recorded_is_an_empty_list(tmp_path: Path) -> None:
    """Before anything is recorded takes prints an empty list, and leaves no store behind."""
    assert json.loads(done(tmp_path / "kept", "takes", "--json")) == []
    assert done(tmp_path / "kept", "takes") == "Nothing is recorded yet.\n"
    assert not (tmp_path / "kept").exists()


def test_doctor_without_a_card_prints_json_alone_and_no_latency(tmp_path: Path) -> None:
    """On a machine whose card does not answer the doctor's JSON has null for the latency, and no screen is null."""
    ended = bedside(tmp_path / "kept", "doctor", "--json", "--audio", "a card that nobody has")
    assert ended.code == 0, ended.err
    assert ended.err == ""
    found = json.loads(ended.out)
    assert found["latency"] is None
    assert found["heard_on"] is None
    assert found["screen"] is None
    assert found["version"] == __version__
    assert found["blocks"] > 100


MISTAKES = {
    ("bogus",): "No such command",
    ("import",): "Missing argument",
    ("render", "last"): "Missing option",
    ("takes", "--bogus"): "No such option",
    ("render", "last", "--out", "x.wav", "--player", "nobody"): "no player is called 'nobody'",
    ("import", "x.mid", "--players", "child,"): "no player is called ''",
    ("play", "--keys", "nobody"): "no player is called 'nobody'",
    ("play", "--window", "100x100"): "a window is as 1280x800",
}


def test_a_mistake_in_the_command_ends_with_2(tmp_path: Path) -> None:
    """A command that is not one is explained on standard error, ends with 2, and leaves nothing."""
    all_ended = together(*[(tmp_path / "kept", *arguments) for arguments in MISTAKES])
    for ended, said in zip(all_ended, MISTAKES.values(), strict=True):
        assert ended.code == 2
        assert ended.out == ""
        assert said in ended.err
    assert not list(tmp_path.iterdir())


def test_a_take_that_is_not_there_is_said(kept: Path, tmp_path: Path) -> None:
    """Render and export name the take that they do not find."""
    rendered, exported, empty = together(
        (kept, "render", "nope", "--out", tmp_path / "x.wav"),
        (kept, "export", "nope", "--out", tmp_path / "x.mid"),
        (tmp_path / "empty", "render", "last", "--out", tmp_path / "x.wav"),
    )
    assert "'nope'" in sentence(rendered)
    assert "'nope'" in sentence(exported)
    assert "recorded" in sentence(empty)
    assert not list(tmp_path.iterdir())


def test_a_wrong_ending_is_said_with_the_right_ones(kept: Path, tmp_path: Path) -> None:
    """A file of no kind that is written is refused before anything is."""
    rendered, exported = together(
        (kept, "render", "last", "--out", tmp_path / "x.txt"), (kept, "export", "last", "--out", tmp_path / "x.doc")
    )
    assert ".wav, .flac, .ogg, .mp3" in sentence(rendered)
    assert ".mid, .csv or .json" in sentence(exported)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_named(kept: Path, duet: Path, tmp_path: Path) -> None:
    """A file in the place of a folder, and a folder that is not there, end each command with its sentence."""
    blocked = tmp_path / "blocked"
    blocked.write_text("in the way")
    for ended in together(
        (kept, "export", "last", "--out", blocked / "x.mid"),
        (duet, "render", "last", "--out", tmp_path / "nowhere" / "x.wav"),
        (tmp_path / "kept", "demo", "--out", blocked / "demo"),
        (blocked, "import", score(tmp_path / "good.mid", {0: 1})),
    ):
        assert any(name in sentence(ended) for name in ("blocked", "nowhere"))
    assert blocked.read_text() == "in the way"


def commands_on(data: Path, folder: Path) -> list[Ended]:
    file = score(folder / "good.mid", {0: 1})
    return together(
        (data, "takes", "--json"),
        (data, "import", file, "--json"),
        (data, "render", "last", "--out", folder / "x.wav"),
        (data, "export", "last", "--out", folder / "x.mid"),
    )


def test_a_corrupt_database_is_said_by_every_command(duet: Path, tmp_path: Path) -> None:
    """Commands on a damaged record end with a sentence that says so, and leave the record as it is."""
    data = shutil.copytree(duet, tmp_path / "kept")
    database = data / "bedside.db"
    noise = np.random.default_rng(1).bytes(database.stat().st_size)
    database.write_bytes(noise)
    for ended in commands_on(data, tmp_path):
        assert "damaged" in sentence(ended)
    assert database.read_bytes() == noise
    assert not list(tmp_path.glob("x.*"))


def test_a_database_with_another_key_is_said_by_every_command(duet: Path, tmp_path: Path) -> None:
    """Where a record's key was exchanged for another's, each command says that it is not the right one."""
    data = shutil.copytree(duet, tmp_path / "kept")
    done(tmp_path / "other", "import", score(tmp_path / "other.mid", {0: 1}))
    shutil.copyfile(tmp_path / "other" / "bedside.key", data / "bedside.key")
    for ended in commands_on(data, tmp_path):
        assert "another key" in sentence(ended)


def test_a_database_without_its_key_is_said(duet: Path, tmp_path: Path) -> None:
    """A record whose key is gone is refused in a sentence, and no new key is put in its place."""
    data = shutil.copytree(duet, tmp_path / "kept")
    (data / "bedside.key").unlink()
    file = score(tmp_path / "good.mid", {0: 1})
    for ended in together((data, "takes"), (data, "import", file)):
        assert "key" in sentence(ended)
    assert not (data / "bedside.key").exists()


def test_help_knows_every_command(tmp_path: Path) -> None:
    """The help lists the commands, each of them explains itself, and nothing is made by asking."""
    whole, *each = together(
        (tmp_path / "kept", "--help"), *[(tmp_path / "kept", command, "--help") for command in COMMANDS]
    )
    listed = whole.out.partition("Commands:")[2].splitlines()
    assert {line.split()[0] for line in listed if line[:3].strip()} == set(COMMANDS)
    for command, ended in zip(COMMANDS, each, strict=True):
        assert ended.code == 0
        assert f"bedside {command}" in ended.out
    assert not (tmp_path / "kept").exists()


def test_version_is_the_package_s(tmp_path: Path) -> None:
    """--version prints the version and nothing else."""
    assert done(tmp_path / "kept", "--version") == f"{__version__}\n"
