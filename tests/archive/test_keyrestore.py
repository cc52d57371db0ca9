"""The words on paper open the recordings again, whatever is left of them; they never take another key's place."""

from __future__ import annotations

import shutil
from pathlib import Path

import keyring
import pytest

from archive.improvisations import BEGAN, duet
from archive.keys.keystores import LockedKeyring, MemoryKeyring, use
from bedside.archive.keyrestore import restore_key
from bedside.archive.keys import keyfile
from bedside.archive.keys.keyfolder import KEY_FILE, key_file_name
from bedside.archive.keys.secret import Secret
from bedside.archive.keys.words import spell
from bedside.archive.store.index import DATABASE, JOURNAL
from bedside.archive.store.store import Store
from bedside.errors import BedsideError

GOLDEN = Path(__file__).parents[1] / "golden" / "v0_1_0"


@pytest.fixture
def kept(folder: Path) -> Path:
    """Return a folder of the first version, whose salt does not follow from its key, played in since."""
    folder.mkdir(mode=0o700)
    for name in (KEY_FILE, DATABASE):
        shutil.copyfile(GOLDEN / name, folder / name)
    played(folder)
    return folder


def played(folder: Path) -> None:
    with Store.create(folder) as store, store.writing() as writing:
        take = writing.begin_take(writing.begin_session("K7"), BEGAN, "played", "1")
        writing.append(take, duet(4))


def takes(folder: Path) -> int:
    with Store.open(folder) as store:
        return sum(bool(store.performed(take.id)) for take in store.takes())


def own(folder: Path) -> Secret:
    found = keyfile.secret(folder)
    assert found is not None
    return found


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix == ".key"}


def test_words_put_a_lost_key_back(kept: Path) -> None:
    """With the key file gone, the words alone open everything again."""
    count, secret = takes(kept), own(kept)
    (kept / KEY_FILE).unlink()
    with pytest.raises(BedsideError, match="missing"):
        takes(kept)
    restored = restore_key(kept, spell(secret.key))
    assert (restored.path, restored.opens, restored.mistake) == (kept / KEY_FILE, True, None)
    assert own(kept) == secret
    assert takes(kept) == count


@pytest.mark.parametrize("left", [DATABASE, JOURNAL, ""])
def test_words_may_come_before_what_they_open(kept: Path, tmp_path: Path, left: str) -> None:
    """On a new computer, the words may be typed first and the recordings copied afterwards, all or a part of them."""
    count, secret = takes(kept), own(kept)
    new = tmp_path / "new"
    new.mkdir(mode=0o700)
    for name in filter(None, [left]):
        (shutil.copytree if (kept / name).is_dir() else shutil.copyfile)(kept / name, new / name)
    assert restore_key(new, spell(secret.key)).opens is (True if left else None)
    for name in {DATABASE, JOURNAL} - {left}:
        (shutil.copytree if (kept / name).is_dir() else shutil.copyfile)(kept / name, new / name)
    assert takes(new) == count


def test_a_damaged_key_file_stays_and_the_words_go_beside_it(kept: Path) -> None:
    """A damaged file is not overwritten; with the words beside it everything opens, and is recorded under that key."""
    count, secret = takes(kept), own(kept)
    damaged = (kept / KEY_FILE).read_bytes()[:-9]
    (kept / KEY_FILE).write_bytes(damaged)
    restored = restore_key(kept, spell(secret.key))
    assert restored.path.name == key_file_name(secret)
    assert (kept / KEY_FILE).read_bytes() == damaged
    assert takes(kept) == count
    assert keyfile.public_key(kept) == secret.public


def test_a_key_that_is_there_is_left_alone(kept: Path) -> None:
    """Typing the words of the key that is there changes nothing."""
    before = files(kept)
    restored = restore_key(kept, spell(own(kept).key))
    assert (restored.path, restored.opens) == (kept / KEY_FILE, True)
    assert files(kept) == before


def test_another_bed_s_words_are_refused(kept: Path) -> None:
    """Words that open nothing here are refused, or kept beside the others if somebody insists; never in their place."""
    other = Secret.random()
    (kept / KEY_FILE).rename(kept.parent / "away")
    with pytest.raises(BedsideError, match="another bed's key"):
        restore_key(kept, spell(other.key))
    assert files(kept) == {}
    restored = restore_key(kept, spell(other.key), anyway=True)
    assert restored.path.name == key_file_name(other)
    assert restored.opens is False
    assert not (kept / KEY_FILE).exists()
    (kept.parent / "away").rename(kept / KEY_FILE)
    assert takes(kept) > 1


@pytest.mark.parametrize("known_from", ["database", "damaged key file"])
def test_a_wrong_word_is_known_from_the_recordings(kept: Path, known_from: str) -> None:
    """With one word misread or two exchanged, the recordings say which it is, and they open."""
    secret = own(kept)
    if known_from == "database":
        (kept / KEY_FILE).unlink()
    else:
        (kept / DATABASE).unlink()
        (kept / KEY_FILE).write_bytes((kept / KEY_FILE).read_bytes()[:-9])
    words = spell(secret.key)
    words[6] = "zoo" if words[6] != "zoo" else "zone"
    restored = restore_key(kept, words)
    assert restored.mistake == f"word 7 is not {words[6]} but {spell(secret.key)[6]}"
    assert keyfile.holds(restored.path, secret)


def test_words_that_do_not_belong_together_are_refused(kept: Path) -> None:
    """With two words misread nobody can know which; nothing is changed."""
    before, words = files(kept), spell(own(kept).key)
    for at in (3, 11):
        words[at] = "zoo" if words[at] != "zoo" else "zone"
    with pytest.raises(BedsideError, match="do not belong together"):
        restore_key(kept, words)
    assert files(kept) == before


@pytest.mark.parametrize("backend", [MemoryKeyring, LockedKeyring])
def test_a_key_store_that_lost_the_key_gets_it_back(
    folder: Path, monkeypatch: pytest.MonkeyPatch, backend: type[MemoryKeyring]
) -> None:
    """The key goes into the key store again; into one that is locked it cannot, and is kept in a file beside."""
    folder.mkdir(mode=0o700)
    use(MemoryKeyring(), monkeypatch)
    played(folder)
    secret = own(folder)
    lost = backend()
    keyring.set_keyring(lost)
    with pytest.raises(BedsideError, match="key store"):
        takes(folder)
    restored = restore_key(folder, spell(secret.key))
    if backend is MemoryKeyring:
        assert restored.path == folder / KEY_FILE
        assert list(lost.kept.values()) == [secret.key.hex()]
    else:
        assert restored.path.name == key_file_name(secret)
    assert takes(folder) == 1
