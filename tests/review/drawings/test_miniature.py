from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.music.events import Player
from bedside.music.notes import Note
from bedside.review.drawings.miniature import HEIGHT, WIDTH, miniature
from bedside.review.drawings.playercolours import ON_EITHER

PLACE = re.compile(r"M(-?[\d.]+) (-?[\d.]+)h([\d.]+)")

NOTES = st.lists(
    st.builds(
        Note,
        st.sampled_from(Player),
        st.floats(0, 100),
        st.floats(0, 20),
        st.integers(0, 127),
        st.floats(0, 1),
    ).filter(lambda note: note.onset + note.duration <= 100),
    max_size=60,
)


def drawn(svg: str) -> dict[str, list[tuple[float, float, float]]]:
    """Return by colour where bars begin, how low they lie and how long they are."""
    found: dict[str, list[tuple[float, float, float]]] = {}
    for path in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}path"):  # noqa: S314 - our own
        bars = [tuple(map(float, each)) for each in PLACE.findall(path.attrib["d"])]
        found.setdefault(path.attrib["stroke"], []).extend(bars)  # type: ignore[arg-type]
    return {colour: sorted(bars) for colour, bars in found.items()}


@pytest.mark.slow
@given(NOTES)
def test_every_note_is_there_in_its_players_colour(notes: list[Note]) -> None:
    """Each note is one bar inside the picture, where it begins, in the colour of who played it, and no other."""
    found = drawn(miniature(notes, 100.0))
    for player, colour in ON_EITHER.items():
        bars = found.pop(colour, [])
        onsets = sorted(note.onset * WIDTH / 100 for note in notes if note.player is player)
        assert [x for x, _, _ in bars] == pytest.approx(onsets, abs=0.06)
        assert all(0 <= y <= HEIGHT and width >= 1.3 for _, y, width in bars)
    assert found == {}


def test_higher_is_above_later_is_right_longer_is_longer() -> None:
    """The picture reads like a piano roll."""
    low = Note(Player.CHILD, 1.0, 1.0, 48, 0.5)
    high = Note(Player.CHILD, 5.0, 3.0, 72, 0.5)
    [(x, y, width), (later, above, longer)] = drawn(miniature([low, high], 10.0))[ON_EITHER[Player.CHILD]]
    assert (x, width) == (32.0, 32.0)
    assert (later, longer) == (160.0, 96.0)
    assert above < y


def test_louder_is_denser() -> None:
    """A loud note has more of its colour than a soft one, and none is too pale to be seen."""
    opacity = []
    for velocity in (0.01, 0.4, 0.7, 1.0):
        svg = miniature([Note(Player.CHILD, 0.0, 1.0, 60, velocity)], 2.0)
        opacity.append(float(re.findall(r'stroke-opacity="([\d.]+)"', svg)[0]))
    assert opacity == sorted(set(opacity))
    assert opacity[0] >= 0.4


def test_a_child_is_seen_without_colours() -> None:
    """Children's notes are thicker than the therapist's and the partner's, of the same music."""
    thick = {}
    for player in Player:
        svg = miniature([Note(player, 0.0, 1.0, 60, 0.5)], 2.0)
        thick[player] = float(re.findall(r'stroke-width="([\d.]+)"', svg)[0])
    assert thick[Player.CHILD] == thick[Player.CHILD2] > 1.4 * max(thick[Player.THERAPIST], thick[Player.PARTNER])
    assert min(thick.values()) >= 1.5


def test_silence_is_drawn_as_nothing() -> None:
    """A take without a note is an empty picture, not a broken one."""
    for seconds in (0.0, 60.0):
        assert drawn(miniature([], seconds)) == {}


def test_a_long_take_is_small() -> None:
    """An hour of 20,000 notes is a picture of less than 40 kilobytes, from its first note to its last."""
    notes = [Note(Player(number % 2), number * 0.18, 0.2, 40 + number % 50, 0.5) for number in range(20_000)]
    svg = miniature(notes, 3600.0)
    assert len(svg) < 40_000
    bars = [bar for of in drawn(svg).values() for bar in of]
    assert min(x for x, _, _ in bars) == 0.0
    assert max(x for x, _, _ in bars) > WIDTH * 0.99


def test_a_picture_has_no_words() -> None:
    """Nothing but shapes and colours stands in a picture: no name, no number that is not a place, no script."""
    svg = miniature([Note(Player.CHILD, 0.0, 1.0, 60, 0.5)], 2.0)
    tags = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(svg).iter()}  # noqa: S314
    assert tags <= {"svg", "g", "path"}
    assert not re.search(r"[<\s]on\w+=|script|href", svg)
