"""The band is what the program ships and what the user adds, in one order, as much of it as is played."""

from pathlib import Path

import numpy as np
import pytest

from bedside.errors import BedsideError
from bedside.music.events import Event, NoteOn, Performed, Player, Program, Source, Stop, TakeBegan
from bedside.sound.engine import offline
from bedside.sound.library import catalogue, loading

RATE = 8_000


def on(player: Player, note: int = 1) -> NoteOn:
    return NoteOn(player, note, 60, 0.7, 0.5, Source.TOUCH)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a user's folder of sounds, with one that can be played, one that cannot, and one of a shipped one's name."""
    monkeypatch.setenv("BEDSIDE_CACHE", str(tmp_path / "cache"))
    for name, text in (("Tone", "*sine"), ("broken", "../../nothing.wav"), ("harp", "*saw")):
        folder = tmp_path / "sounds" / name
        folder.mkdir(parents=True)
        (folder / "all.sfz").write_text(f"<region> sample={text} lokey=60 hikey=61 pitch_keycenter=60\n")
    return tmp_path / "sounds"


def test_the_users_folders_follow_what_is_shipped(own: Path) -> None:
    """Shipped instruments keep their numbers whatever a user adds, and no two instruments have one name."""
    shipped = [patch.name for patch in catalogue.shipped_patches()]
    names = [recipe.name for recipe in catalogue.recipes(own)]
    assert names[: len(shipped)] == shipped
    assert sorted(names[len(shipped) :]) == ["Tone", "broken", "harp 2"]
    assert len(set(names)) == len(names)


def test_shipped_instruments_stand_in_the_order_of_midi_programs() -> None:
    """The numbers of MIDI programs are fixed: harp first, then as the catalogue lists them, others after these."""
    order = "harp piano guitar musicbox kalimba marimba glockenspiel handpan bowl bell "
    order += "pad choir flute organ bass drum nature"
    names = [patch.name for patch in catalogue.shipped_patches()]
    fixed = [name for name in order.split() if name in names]
    assert names == fixed + sorted(set(names) - set(fixed))


def test_a_folder_of_samples_is_kept_like_any_other(own: Path) -> None:
    """A folder is read once and then comes from the cache, under the name that the catalogue gives it."""
    first = loading.load(RATE, names={"Tone", "harp 2"}, own=own)
    assert {instrument.name for instrument in first} == {"Tone", "harp 2"}
    files = sorted((own.parent / "cache" / "instruments").iterdir())
    before = [file.stat().st_mtime_ns for file in files]
    again = loading.load(RATE, names={"Tone", "harp 2"}, own=own)
    assert [file.stat().st_mtime_ns for file in files] == before
    assert len(files) == 2
    assert all(np.array_equal(one.pool, other.pool) for one, other in zip(first, again, strict=True))


def test_a_folder_that_cannot_be_used_is_named_where_it_is_needed(own: Path) -> None:
    """Who asks for a broken folder by name is told why in one sentence."""
    with pytest.raises(BedsideError, match="broken"):
        loading.load(RATE, names={"broken"}, own=own)


def test_only_what_sounds_is_loaded() -> None:
    """Of all programs those count that a note is played on; one that nobody knows leaves the part as it is."""
    usual = catalogue.shipped_patches()[0].name
    events: list[Event] = [
        Program(Player.CHILD, "marimba"),
        Program(Player.THERAPIST, "pad"),
        Program(Player.PARTNER, "drum"),
        on(Player.THERAPIST),
        Program(Player.CHILD, "none such"),
        on(Player.CHILD),
    ]
    assert loading.instruments_played(events) == {"marimba", "pad"}
    assert loading.instruments_played([*events, on(Player.CHILD2)]) == {"marimba", "pad", usual}
    assert loading.instruments_played([]) == {usual}


def test_what_is_not_there_any_more_is_named(own: Path) -> None:
    """Of the instruments that are gone those are named that notes were played on, each once."""
    child, therapist = Player.CHILD, Player.THERAPIST
    events: list[Event] = [
        Program(child, "glass"),
        Program(therapist, "unheard"),
        on(child),
        Program(therapist, "Tone"),
        on(therapist),
        on(child, 2),
        Program(child, "bells"),
        on(child, 3),
        on(Player.CHILD2),
    ]
    assert loading.missing_instruments(events, own) == ["bells", "glass"]
    assert loading.missing_instruments(events) == ["Tone", "bells", "glass"]


@pytest.mark.slow
def test_a_part_of_the_band_sounds_as_the_whole_would() -> None:
    """A take renders to the same bits with the instruments that it uses as with all of them."""
    take = [
        Performed(0, TakeBegan(3, RATE, 128)),
        Performed(0, Program(Player.CHILD, "marimba")),
        Performed(0, Program(Player.THERAPIST, "drum")),
        Performed(128, on(Player.THERAPIST)),
        *(Performed(128 * number, on(Player.CHILD, number)) for number in range(1, 9)),
        Performed(128 * 60, Stop()),
    ]
    names = loading.instruments_played(performed.event for performed in take)
    assert names == {"marimba", "drum"}
    part, more = loading.load(RATE, names=names), loading.load(RATE, names=names | {"harp", "pad"})
    assert [instrument.name for instrument in more] == ["harp", "marimba", "pad", "drum"]
    sounds = [np.concatenate([block.copy() for block in offline.render(take, each)]) for each in (part, more)]
    assert sounds[0].any()
    assert np.array_equal(sounds[0], sounds[1])


def test_progress_reaches_the_whole() -> None:
    """What is told of the work adds up to one."""
    told: list[float] = []
    loading.load(RATE, told.append, {"marimba", "drum"})
    assert sum(told) == pytest.approx(1.0)
