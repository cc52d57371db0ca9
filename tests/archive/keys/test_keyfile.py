"""A key is made once and never replaced; what cannot be had is said in a sentence, and another is made beside it."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend

from archive.keys.keystores import BrokenKeyring, ForgetfulKeyring, HangingKeyring, LockedKeyring, MemoryKeyring, use
from bedside.archive.keys import keyfile, keystore
from bedside.archive.keys.keyfile import make, make_another, public_key, secret, secrets
from bedside.archive.keys.keyfolder import DATABASE, KEY_FILE, key_file_name, link_new, read, replace_text
from bedside.archive.keys.keytext import KeyText, digest_of, parse
from bedside.archive.keys.secret import Secret
from bedside.errors import BedsideError

GOLDEN = Path(__file__).parents[2] / "golden" / "v0_1_0"


@pytest.fixture
def private(folder: Path) -> Path:
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def golden(folder: Path) -> Path:
    folder.mkdir(mode=0o700)
    for name in (KEY_FILE, DATABASE):
        shutil.copyfile(GOLDEN / name, folder / name)
        (folder / name).chmod(0o600)
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def first_version(found: Secret) -> str:
    return f"bedside key 1\nfile {found.key.hex()}\n{digest_of(found.key)}\n"


def flip(path: Path, at: int, bit: int = 1) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= bit
    path.write_bytes(data)


def garble(path: Path, size: int) -> None:
    with path.open("r+b") as file:
        file.write(os.urandom(size))


def test_made_once(private: Path) -> None:
    """A key is in a file for this user alone, and stays the same."""
    assert secret(private) is None
    assert public_key(private) is None
    assert secrets(private) == []
    made = make(private)
    assert make(private) == secret(private) == made
    assert secrets(private) == [made]
    assert public_key(private) == made.public
    assert stat.S_IMODE((private / KEY_FILE).stat().st_mode) == 0o600
    assert [path.name for path in private.iterdir()] == [KEY_FILE]


def test_two_folders_have_two_keys(tmp_path: Path) -> None:
    """No store opens with the key of another."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    assert make(tmp_path / "a").key != make(tmp_path / "b").key


def test_a_key_store_keeps_it(private: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is a real key store, the key is in it and not in the folder, also after the folder was moved."""
    backend = use(MemoryKeyring(), monkeypatch)
    made = make(private)
    assert list(backend.kept.values()) == [made.key.hex()]
    assert made.key.hex() not in (private / KEY_FILE).read_text()
    moved = private.rename(private.parent / "moved")
    assert secret(moved) == made


@pytest.mark.parametrize("backend", [BrokenKeyring, ForgetfulKeyring])
def test_a_key_store_that_fails_is_none(
    private: Path, monkeypatch: pytest.MonkeyPatch, backend: type[KeyringBackend]
) -> None:
    """A key store that raises, or that does not give back what it took, is not relied on."""
    use(backend(), monkeypatch)
    made = make(private)
    keyring.set_keyring(MemoryKeyring())
    assert secret(private) == made


def test_a_key_store_that_hangs_is_none(private: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key store that never answers holds the making of a key up for a limited time only."""
    backend = use(HangingKeyring(), monkeypatch)
    monkeypatch.setattr(keystore, "PATIENCE_SECONDS", 0.2)
    made = make(private)
    backend.let_go.set()
    keyring.set_keyring(MemoryKeyring())
    assert secret(private) == made


def test_a_backend_that_is_not_recommended_is_none(private: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key store below priority 1, which keeps secrets in clear or not at all, is not used."""
    monkeypatch.setattr(MemoryKeyring, "priority", 0.5)
    backend = use(MemoryKeyring(), monkeypatch)
    make(private)
    assert not backend.kept


@pytest.mark.parametrize(
    ("backend", "words"),
    [
        (MemoryKeyring, "does not have it"),
        (LockedKeyring, "unlock the key store"),
        pytest.param(HangingKeyring, "does not answer", marks=pytest.mark.slow),
        (ForgetfulKeyring, "not the one"),
        (None, "BEDSIDE_KEYRING=off"),
    ],
)
def test_a_key_store_that_does_not_give_the_key_is_said(
    private: Path, monkeypatch: pytest.MonkeyPatch, backend: type[KeyringBackend] | None, words: str
) -> None:
    """Each way in which a key store fails has its sentence; no key is made, and the record is sealed all the same."""
    use(MemoryKeyring(), monkeypatch)
    made = make(private)
    before = files(private)
    monkeypatch.setattr(keystore, "PATIENCE_SECONDS", 0.2)
    if backend is None:
        monkeypatch.setenv("BEDSIDE_KEYRING", "off")
    else:
        keyring.set_keyring(backend())
    for asked in (secret, secrets, make):
        with pytest.raises(BedsideError, match=words) as fault:
            asked(private)
        assert str(fault.value).count(".") == 1 + str(fault.value).count(str(private)) * str(private).count(".")
    monkeypatch.setattr(keystore, "recall", None)
    assert public_key(private) == made.public
    assert files(private) == before


@pytest.mark.parametrize("text", ["", "bedside key 1\n", "bedside key 2\nfile 00\n00\n", "\udcff\n\n\n"])
def test_a_damaged_key_file_is_said(private: Path, text: str) -> None:
    """A key file that is not one is never replaced: it could be put right."""
    (private / KEY_FILE).write_text(text, "utf-8", errors="surrogateescape")
    before = files(private)
    for asked in (secret, secrets, make, public_key):
        with pytest.raises(BedsideError, match="damaged"):
            asked(private)
    assert files(private) == before


@pytest.mark.parametrize("in_store", [False, True])
def test_a_flipped_bit_anywhere_in_the_key_file_is_found(
    private: Path, monkeypatch: pytest.MonkeyPatch, in_store: bool
) -> None:
    """No bit of a key file can flip without notice: nothing is ever sealed to a key that nobody has."""
    if in_store:
        use(MemoryKeyring(), monkeypatch)
    make(private)
    whole = (private / KEY_FILE).read_bytes()
    assert parse(whole.decode("ascii"))
    for bit in range(8 * len(whole)):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        assert parse(flipped.decode("ascii", "replace")) is None


def test_the_record_has_a_key_beside_a_damaged_one(private: Path) -> None:
    """Another key is made beside a damaged one, once: what is played from then on is sealed to it at every start."""
    make(private)
    flip(private / KEY_FILE, 30)
    before = (private / KEY_FILE).read_bytes()
    another = make_another(private)
    assert make_another(private) == another
    assert public_key(private) == another.public
    assert secrets(private) == [another]
    assert (private / KEY_FILE).read_bytes() == before
    assert {path.name for path in private.iterdir()} == {KEY_FILE, key_file_name(another)}


def test_a_key_that_comes_back_serves_again(private: Path) -> None:
    """Once the file of the key is back, new records are sealed to it again, and both keys open what they sealed."""
    made = make(private)
    away = (private / KEY_FILE).rename(private.parent / "away")
    another = make_another(private)
    assert public_key(private) == another.public
    away.rename(private / KEY_FILE)
    assert public_key(private) == made.public
    assert secrets(private) == [made, another]


def test_another_key_does_not_wait_long_for_the_key_store(private: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While something is played, a key store that hangs is given a second, and the other key is kept in a file."""
    backend = use(HangingKeyring(), monkeypatch)
    monkeypatch.setattr(keystore, "HASTE_SECONDS", 0.1)
    another = make_another(private)
    backend.let_go.set()
    assert another.key.hex() in (private / key_file_name(another)).read_text()


def test_the_database_is_opened_with_its_own_key(golden: Path) -> None:
    """Of several keys the one that the database was made with comes first, whatever their files are called."""
    own = secret(golden)
    assert own is not None
    (golden / KEY_FILE).rename(golden / key_file_name(own))
    other = make(golden)
    assert secret(golden) == own
    assert secrets(golden) == [own, other]
    assert public_key(golden) == other.public


def test_a_database_without_its_key_gets_no_other(golden: Path) -> None:
    """Where the key of a database is missing, the one that was made for the record meanwhile is not given for it."""
    (golden / KEY_FILE).unlink()
    assert secret(golden) is None
    another = make_another(golden)
    assert secret(golden) is None
    assert secrets(golden) == [another]
    assert public_key(golden) == another.public


def test_the_salt_of_a_sound_database_is_kept_with_the_key(golden: Path) -> None:
    """A key file of the first version takes the salt over, and still has it when the database's is garbled."""
    salt = (golden / DATABASE).read_bytes()[:16]
    found = secret(golden)
    assert found is not None
    assert found.salt == salt
    garble(golden / DATABASE, 16)
    assert secret(golden) == found
    assert public_key(golden) == found.public


def test_a_garbled_salt_is_never_kept(golden: Path) -> None:
    """A key file stays as it is while the database's header does not fit its first page."""
    garble(golden / DATABASE, 16)
    before = (golden / KEY_FILE).read_bytes()
    assert secret(golden) is not None
    assert (golden / KEY_FILE).read_bytes() == before


def test_a_key_that_was_there_before_its_database_finds_its_salt(golden: Path, tmp_path: Path) -> None:
    """Whether words, key file or database are put back first, they open the recordings once all are there."""
    found = secret(golden)
    assert found is not None
    away = (golden / DATABASE).rename(tmp_path / "away")
    (golden / KEY_FILE).unlink()
    keyfile.add(golden, Secret.derive(found.key))
    assert secret(golden) != found
    away.rename(golden / DATABASE)
    assert secret(golden) == found
    assert secret(golden) == found


def test_a_folder_that_can_only_be_read_gives_its_key(golden: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the key file cannot be made one of this version, its key and salt are used all the same."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(30, "read-only")

    monkeypatch.setattr("bedside.leftovers.new_file", refuse)
    found = secret(golden)
    assert found is not None
    assert found.salt == (golden / DATABASE).read_bytes()[:16]
    assert (golden / KEY_FILE).read_bytes() == (GOLDEN / KEY_FILE).read_bytes()


def test_the_public_key_of_the_first_version_is_known_unless_its_key_is_in_the_key_store(private: Path) -> None:
    """A file with the key in it is enough to seal a record; one that names an entry has to be asked for once."""
    made = Secret.random()
    (private / KEY_FILE).write_text(first_version(made))
    assert public_key(private) == made.public
    (private / KEY_FILE).write_text(f"bedside key 1\nkeyring {'ab' * 16}\n{digest_of(made.key)}\n")
    with pytest.raises(BedsideError, match="older version"):
        public_key(private)


@pytest.mark.slow
def test_all_that_start_at_once_have_one_key(private: Path) -> None:
    """Eight programs that start in the same moment end with the same key."""
    script = (
        "import sys, pathlib\nfrom bedside.archive.keys import keyfile\nprint('ready', flush=True)\n"
        "sys.stdin.readline()\nprint(keyfile.make(pathlib.Path(sys.argv[1])).key.hex())"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", script, private], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(8)
    ]
    for process in started:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    keys = {process.communicate()[0] for process in started}
    assert keys == {f"{make(private).key.hex()}\n"}
    assert [path.name for path in private.iterdir()] == [KEY_FILE]


def test_the_first_key_wins(private: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that was overtaken while it made a key takes the other's, and leaves nothing of its own behind."""
    backend = use(MemoryKeyring(), monkeypatch)
    link, others = link_new, []

    def overtaken(path: Path, kept: object) -> bool:
        monkeypatch.setattr(keyfile, "link_new", link)
        others.append(make(private))
        return link(path, kept)  # type: ignore[arg-type]

    monkeypatch.setattr(keyfile, "link_new", overtaken)
    assert [make(private)] == others == [secret(private)]
    assert list(backend.kept.values()) == [others[0].key.hex()]
    assert [path.name for path in private.iterdir()] == [KEY_FILE]


def test_an_older_form_never_replaces_a_newer_key(golden: Path) -> None:
    """Who read a key file before another program put the next key there leaves that one as it is."""
    before = read(golden / KEY_FILE)
    found = secret(golden)
    assert before is not None
    assert found is not None
    now = (golden / KEY_FILE).read_bytes()
    assert not replace_text(golden / KEY_FILE, before, KeyText.of(Secret.random(), None))
    assert (golden / KEY_FILE).read_bytes() == now


def test_a_full_disk_asks_for_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a new key has no room, staff read that the disk is full and what to do; another folder is no answer."""

    def full(*_: object) -> bool:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(keyfile, "link_new", full)
    with pytest.raises(BedsideError, match=r"the disk is full\. Make room on that disk\.$"):
        keyfile.make(tmp_path)
