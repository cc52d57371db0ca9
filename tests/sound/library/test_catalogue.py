"""The catalogue offers what can be offered, each instrument under one name of its own."""

from pathlib import Path

import pytest

from bedside import places
from bedside.errors import BedsideError
from bedside.sound.library import catalogue


def bells(*parts: str | Path) -> Path:
    """Make a folder of samples and return it."""
    folder = Path(*parts)
    folder.mkdir(parents=True)
    (folder / "all.sfz").write_text("<region> sample=*sine key=60\n")
    return folder


@pytest.fixture
def sounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder of shipped sounds with a harp, a pad and a drum."""
    folder = tmp_path / "shipped"
    folder.mkdir()
    for name in ("harp", "pad", "drum"):
        (folder / f"{name}.toml").write_bytes((places.shipped("sounds") / f"{name}.toml").read_bytes())
    monkeypatch.setattr(places, "shipped", lambda _name: folder)
    return folder


@pytest.mark.parametrize("damage", ["", "name = ", "\0\xff", "x" * 70_000, 'name = "pad"\n'])
def test_a_damaged_file_keeps_none_of_the_others_away(sounds: Path, damage: str) -> None:
    """Of a shipped file that is damaged the staff are told in one sentence that names it; the others are offered."""
    said: list[str] = []
    (sounds / "pad.toml").write_text(damage, encoding="latin-1")
    assert [recipe.name for recipe in catalogue.recipes(None, said.append)] == ["harp", "drum"]
    (sentence,) = said
    assert "pad.toml" in sentence
    assert sentence.endswith(".")
    assert len(sentence) < 200


def test_without_any_instrument_it_says_so(sounds: Path) -> None:
    """Where every shipped file is missing or damaged, one sentence says what to do."""
    for file in sounds.iterdir():
        file.write_text("")
    with pytest.raises(BedsideError, match="install it again"):
        catalogue.recipes(None)


def test_a_users_folder_of_a_shipped_name_gets_a_number(sounds: Path, tmp_path: Path) -> None:
    """A shipped instrument keeps its name; of two folders of one name the second is numbered, whatever the order."""
    own = tmp_path / "own"
    folders = [bells(sounds, "glass"), bells(own, "glass"), bells(own, "harp"), bells(own, "pad"), bells(own, "pad 2")]
    for _ in range(2):
        found = {recipe.name: recipe.origin for recipe in catalogue.recipes(own)}
        assert list(found)[:3] == ["harp", "pad", "drum"]
        assert {name: found[name] for name in ("glass", "glass 2", "harp 2", "pad 3", "pad 2")} == dict(
            zip(("glass", "glass 2", "harp 2", "pad 3", "pad 2"), folders, strict=True)
        )
        assert len(found) == 8


@pytest.mark.parametrize("name", ["x" * 24, "é" * 12, "tubular bells of glass 2"])
def test_a_numbered_name_has_room_where_names_are_kept(sounds: Path, tmp_path: Path, name: str) -> None:
    """A name that is as long as it may be is shortened before its number, and still tells the folder from others."""
    bells(sounds, name)
    bells(tmp_path, "own", name)
    names = [recipe.name for recipe in catalogue.recipes(tmp_path / "own")][3:]
    assert len(set(names)) == 2
    assert name in names
    assert all(len(each.encode()) <= 24 for each in names)


def test_the_same_folder_twice_is_one_instrument(sounds: Path) -> None:
    """A user's folder of sounds that is the shipped one adds nothing."""
    bells(sounds, "glass")
    assert [recipe.name for recipe in catalogue.recipes(sounds)] == ["harp", "pad", "drum", "glass"]
