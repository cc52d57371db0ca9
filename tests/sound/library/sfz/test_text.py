"""How an SFZ file is written: headers, inheritance, definitions, inclusions, comments and paths, all heard."""

from pathlib import Path

import pytest
import soundfile

from bedside.errors import BedsideError
from bedside.sound.library import sfz
from bedside.sound.library.sfz.opcodes import Opcodes, is_heard, read
from bedside.sound.library.sfz.text import Ignored, regions
from sound.library.sfz.hearing import C4, RATE, cents, heard, hertz, kit, loaded, sine


def said(text: str, **files: str) -> list[dict[str, str]]:
    """Return what each region of a text says, as read with what it includes."""
    texts = {"main": text} | {f"{name}.sfz": included for name, included in files.items()}
    return list(regions("main", texts.__getitem__, is_heard, Ignored()))


def test_a_region_has_what_stands_above_it() -> None:
    """Global, master and group give their opcodes to each region below, which may say otherwise."""
    text = """
    <global> volume=-1 pan=10 sample=*sine
    <master> pan=20 tune=5
    <group> tune=6 key=60
    <region> transpose=1
    <region> pan=30
    <group> lovel=3
    <region>
    <master>
    <region>
    <global>
    <region> sample=*saw
    """
    first, second, third, fourth, fifth = said(text)
    keys = {"lokey": "60", "hikey": "60", "pitch_keycenter": "60"}
    assert first == {"volume": "-1", "pan": "20", "sample": "*sine", "tune": "6", "transpose": "1"} | keys
    assert second == {"volume": "-1", "pan": "30", "sample": "*sine", "tune": "6"} | keys
    assert third == {"volume": "-1", "pan": "20", "sample": "*sine", "tune": "5", "lovel": "3"}
    assert fourth == {"volume": "-1", "pan": "10", "sample": "*sine"}
    assert fifth == {"sample": "*saw"}


@pytest.mark.parametrize(
    ("header", "key"), [("<global>", 61), ("<master>", 62), ("<group>", 63), ("<global> <master> <group>", 64)]
)
def test_every_header_gives_to_the_region_that_is_heard(tmp_path: Path, header: str, key: int) -> None:
    """An opcode under each header is heard in the region below it."""
    instrument = loaded(tmp_path, f"{header} transpose=12 key={key} <region> sample=*sine")
    assert abs(cents(hertz(heard(instrument, key)), 2 * C4 * 2 ** ((key - 60) / 12))) < 1


def test_definitions_are_put_in(tmp_path: Path) -> None:
    """A name stands for its value from its definition on, the longest name that is defined, several to a line."""
    text = (
        "#define $KEY 60 #define $KEYS 62\n#define $UP transpose\n#define $both $UP=12\n"
        "<region> sample=*$WAVE$ key=$KEY <region> sample=*sine key=$KEYS $UP=12\n"
        "<region> sample=*sine key=$KEY4 $both\n#define $KEY 61\n<region> sample=*sine key=$KEY"
    )
    undefined, first, second, third = said(text)
    assert undefined["sample"] == "*$WAVE$"
    assert (first["lokey"], first["transpose"]) == ("62", "12")
    assert (second["lokey"], second["transpose"]) == ("604", "12")
    assert third["lokey"] == "61"
    instrument = loaded(tmp_path, "#define $OCT 12\n<region> sample=*sine key=60 transpose=$OCT")
    assert abs(cents(hertz(heard(instrument)), 2 * C4)) < 1


def test_a_file_is_included_where_it_stands(tmp_path: Path) -> None:
    """What is included counts as written there: twice if included twice, in folders, with what is defined before."""
    folder = kit(tmp_path, '#define $K 60\n<group> #include "Parts\\one.sfz"\n#define $K 62\n#include "parts/ONE.sfz"')
    (folder / "parts").mkdir()
    (folder / "parts" / "one.sfz").write_text("<region> sample=*sine key=$K")
    instrument, _ = sfz.load(folder, RATE)
    assert (instrument.lowest, instrument.highest) == (60, 62)
    assert heard(instrument, 62).any()


def test_comments_say_nothing() -> None:
    """Both kinds of comment are left out, within a line and across lines, also when never ended."""
    text = "// <region> sample=*saw\n<region> /* key=61\nkey=62 */ sample=*sine // key=63\nkey=64 /* pan=3"
    (region,) = said(text)
    assert region == {"sample": "*sine", "lokey": "64", "hikey": "64", "pitch_keycenter": "64"}


def test_values_may_hold_spaces() -> None:
    """A value ends at the next opcode, header or line, not at a space."""
    text = "<region>sample=my drum #1 (soft).wav  key=60 volume=3<region> sample=b c.wav\nkey=61\n"
    first, second = said(text)
    assert (first["sample"], first["lokey"], first["volume"]) == ("my drum #1 (soft).wav", "60", "3")
    assert second["sample"] == "b c.wav"


def test_a_path_stands_before_each_sample(tmp_path: Path) -> None:
    """``default_path`` holds from where it stands, with any slash and any case, and not for oscillators."""
    text = (
        "<control> default_path=Some Samples\\High\\\n<region> sample=A.WAV key=60 <region> sample=*sine key=62\n"
        "<control> default_path=\n<region> sample=low.wav key=64"
    )
    folder = kit(tmp_path, text, low=sine(300, 2))
    (folder / "some samples" / "high").mkdir(parents=True)
    soundfile.write(folder / "some samples" / "high" / "a.wav", sine(700, 2), RATE)
    instrument, ignored = sfz.load(folder, RATE)
    assert ignored == []
    assert abs(cents(hertz(heard(instrument, 60)), 700)) < 1
    assert abs(cents(hertz(heard(instrument, 64)), 300)) < 1


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("volume", "100", 48.0),
        ("pan", "-300", -100.0),
        ("tune", "+12.5cents", 12.5),
        ("seq_length", "0", 1),
        ("hikey", "g9", 127),
        ("lokey", "-1", -1),
        ("lokey", "500", 127),
        ("loop_mode", "One_Shot", "one_shot"),
        ("ampeg_release", ".5", 0.5),
        ("off_by", "4294967295", 4294967295),
    ],
)
def test_a_value_beyond_its_range_counts_as_its_end(name: str, value: str, expected: float | int | str) -> None:
    """Numbers are held to their range, whole numbers and names read as written."""
    told: list[str] = []
    assert getattr(read({name: value}, told.append), name) == expected
    assert told == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("volume", "nan"), ("volume", "inf"), ("tune", ""), ("lokey", "h4"), ("lokey", "g#9"), ("trigger", "maybe")],
)
def test_a_value_that_makes_no_sense_counts_as_not_given(name: str, value: str) -> None:
    """It is told, and the standard value holds."""
    told: list[str] = []
    assert getattr(read({name: value}, told.append), name) == getattr(Opcodes(), name)
    assert told == [f"{name}={value}"]


@pytest.mark.parametrize("older", ["loopmode=loop_continuous loopstart=100 loopend=579"])
def test_older_spellings_are_known(tmp_path: Path, older: str) -> None:
    """Names without an underscore mean the same."""
    instrument = loaded(tmp_path, f"<region> sample=one.wav key=60 {older}", one=sine(400, 1))
    assert instrument.at(60)[0].loop == 960


def test_text_of_older_editors_is_read(tmp_path: Path) -> None:
    """A byte order mark, line ends of any system and letters of an old code page are no hindrance."""
    folder = kit(tmp_path, "")
    soundfile.write(folder / "grün.wav", sine(500, 2), RATE)
    for raw in (
        "\ufeff<region>\rkey=60\rsample=grün.wav".encode(),
        "<region>\r\nkey=60\r\nsample=grün.wav\r\n".encode("latin-1"),
    ):
        (folder / "kit.sfz").write_bytes(raw)
        assert abs(cents(hertz(heard(sfz.load(folder, RATE)[0])), 500)) < 1


def test_the_first_of_several_files_is_played_and_the_others_are_said(tmp_path: Path) -> None:
    """A folder is one instrument, of the first of its SFZ files by name."""
    folder = kit(tmp_path, "<region> sample=*sine key=62")
    (folder / "a.SFZ").write_text("<region> sample=*sine key=64")
    instrument, ignored = sfz.load(folder, RATE)
    assert instrument.lowest == 64
    assert ignored == ["kit.sfz"]


@pytest.mark.slow
def test_layers_go_before_sounds_are_cut_to_nothing(tmp_path: Path) -> None:
    """A large library plays within the pool: fewer layers, then shorter sounds, every velocity still heard once."""
    layers = "\n".join(f"<region> sample=one.wav lovel={8 * n} hivel={8 * n + 7} volume={n - 15}" for n in range(16))
    folder = kit(tmp_path, f"<group> lokey=60 hikey=84\n{layers}", one=sine(400, 8))
    instrument, ignored = sfz.load(folder, RATE)
    assert instrument.pool.nbytes <= 64 * 2**20
    assert ignored[0] == "some layers of velocity"
    for velocity in (0.01, 0.3, 0.77, 1.0):
        assert sum(low <= velocity <= high for low, high in (each.velocity for each in instrument.at(70))) == 1


@pytest.mark.slow
def test_keys_go_before_loops_are_cut(tmp_path: Path) -> None:
    """Where loops do not fit, keys at the ends are left out; the rest stays whole and stands for them."""
    text = "<region> sample=one.wav loop_mode=loop_continuous loop_start=100000 loop_end=383999"
    instrument, ignored = sfz.load(kit(tmp_path, text, one=sine(400, 8)), RATE)
    assert instrument.pool.nbytes <= 64 * 2**20
    assert ignored == [f"the keys below {instrument.lowest} and above {instrument.highest}"]
    assert instrument.highest == 127
    assert heard(instrument, 20).any()


def test_an_error_names_the_folder(tmp_path: Path) -> None:
    """What cannot be played is said in one sentence with the folder's name."""
    with pytest.raises(BedsideError, match=r"^The sounds in the folder “Kit” cannot be played: .*\.$"):
        sfz.load(kit(tmp_path, "<region> sample=gone.wav"), RATE)
