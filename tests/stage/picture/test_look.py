"""Eyes that need it otherwise: without motion, with more contrast, or dim for the night."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.stage.picture.look import PLAIN, Look
from bedside.stage.worlds import scenery
from bedside.stage.worlds import world as worlds
from bedside.stage.worlds.colours import luminance, saturated_red

NIGHT = worlds.find("night")
LEVELS = st.integers(0, 255)
COLOURS = st.tuples(LEVELS, LEVELS, LEVELS)
LOOKS = [Look(*each) for each in product((False, True), repeat=3)]


@given(COLOURS)
def test_the_plain_look_is_the_artist_s(colour: tuple[int, int, int]) -> None:
    """Without any need nothing is changed."""
    levels = np.full((2, 3, 3), colour, np.float32)
    assert PLAIN.colour(colour) == colour
    assert (PLAIN.backdrop(levels) == levels).all()
    assert PLAIN.world(NIGHT) == NIGHT


@given(COLOURS)
def test_at_night_every_light_is_dimmer_and_less_blue(colour: tuple[int, int, int]) -> None:
    """Dim takes from every level, and most from blue, which keeps from sleep."""
    red, green, blue = Look(dim=True).colour(colour)
    assert red <= colour[0]
    assert green <= colour[1]
    assert blue <= 0.45 * colour[2] + 1
    levels = np.full((1, 1, 3), colour, np.float32)
    shown = Look(dim=True).backdrop(levels)
    assert (shown <= levels).all()
    assert (shown <= 0.45 * levels + 1e-3).all()


@given(COLOURS)
def test_strong_contrast_lights_what_is_played_and_darkens_the_rest(colour: tuple[int, int, int]) -> None:
    """A pad's colour becomes as bright as its hue allows, or nearly, and the backdrop nearly black."""
    shown = Look(contrast=True).colour(colour)
    assert all(0 <= level <= 255 for level in shown)
    assert max(shown) >= 0.72 * 255 - 1 or max(colour) == 0
    backdrop = Look(contrast=True).backdrop(np.full((1, 1, 3), colour, np.float32))
    assert backdrop.max() <= 0.16 * 255 + 1e-3
    assert (backdrop >= 0).all()


@given(st.sampled_from(LOOKS), COLOURS, st.floats(0, 0.99))
def test_no_look_turns_what_is_darker_into_what_is_lighter(
    look: Look, colour: tuple[int, int, int], share: float
) -> None:
    """Of two lights of one hue, the darker stays no lighter under any look: lightness alone must tell pads apart."""
    darker = (round(colour[0] * share), round(colour[1] * share), round(colour[2] * share))
    # Rounding shifts the hue of nearly black colours, which no pad has.
    if max(darker) >= 64:
        assert luminance(look.colour(darker)) <= luminance(look.colour(colour)) + 0.02


@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.parametrize("name", worlds.names())
def test_no_look_makes_a_colour_of_a_world_unsafe(name: str, look: Look) -> None:
    """Under every look every colour that can light up in a world stays no saturated red, and a colour of a screen."""
    shown = look.world(worlds.find(name))
    colours = [tone.colour for tone in shown.tones] + [*shown.lights, shown.stray]
    for colour in colours:
        assert not saturated_red(colour)
        assert all(0 <= level <= 255 for level in colour)


@pytest.mark.parametrize("name", worlds.names())
def test_contrast_makes_every_pad_stand_out_from_its_backdrop(name: str) -> None:
    """Under strong contrast every pad's colour stands out 3:1 from the backdrop, stars left out (WCAG 1.4.11)."""
    look, made = Look(contrast=True), worlds.find(name)
    levels = look.backdrop(scenery.paint_layers(made.layers, (320, 200), made.horizon, made.seed))
    red, green, blue = np.percentile(levels.reshape(-1, 3), 99, axis=0)
    brightest = luminance((round(red), round(green), round(blue)))
    for tone in look.world(made).tones:
        assert (luminance(tone.colour) + 0.05) / (brightest + 0.05) >= 3


@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.parametrize("name", worlds.names())
def test_a_look_changes_how_a_world_is_seen_and_not_what_it_is(name: str, look: Look) -> None:
    """Pictures, layers, layout and music stay; motes float only for eyes that neither need stillness nor contrast."""
    plain = worlds.find(name)
    shown = look.world(plain)
    assert [tone.picture for tone in shown.tones] == [tone.picture for tone in plain.tones]
    assert (shown.layers, shown.placed, shown.bloom) == (plain.layers, plain.placed, plain.bloom)
    assert (shown.scale, shown.root, shown.instrument, shown.room, shown.layout, shown.pads) == (
        plain.scale,
        plain.root,
        plain.instrument,
        plain.room,
        plain.layout,
        plain.pads,
    )
    assert shown.motes == (() if look.still or look.contrast else plain.motes)
    assert len(shown.lights) == len(plain.lights)
