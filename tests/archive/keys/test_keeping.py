"""Where a key is, is said rightly, and nobody else can read it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from archive.keys.keystores import LockedKeyring, MemoryKeyring, use
from bedside.archive.keys.keeping import describe_place
from bedside.archive.keys.keyfile import make, make_another
from bedside.archive.keys.keyfolder import KEY_FILE, key_file_name
from bedside.archive.permissions import mend_permissions
from bedside.errors import BedsideError


@pytest.fixture
def private(folder: Path) -> Path:
    folder.mkdir(mode=0o700)
    return folder


def test_the_place_is_said(private: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before and after a key is made, the place is the same; a second key is named."""
    in_file = f"in a file only this user can read, {private / KEY_FILE}"
    assert describe_place(private) == in_file
    make(private)
    assert describe_place(private) == in_file
    (private / KEY_FILE).unlink()
    use(MemoryKeyring(), monkeypatch)
    assert describe_place(private) == "in this computer's key store"
    make(private)
    another = make_another(private)
    assert describe_place(private) == f"in this computer's key store; with {key_file_name(another)} beside it"


def test_a_key_that_cannot_be_had_is_said(private: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the key store does not give the key, or a file is damaged, that is what is said."""
    use(MemoryKeyring(), monkeypatch)
    make(private)
    use(LockedKeyring(), monkeypatch)
    with pytest.raises(BedsideError, match="locked or broken"):
        describe_place(private)
    (private / KEY_FILE).write_text("")
    with pytest.raises(BedsideError, match="damaged"):
        describe_place(private)


@pytest.mark.skipif(os.name == "nt", reason="there are no such permissions")
@pytest.mark.parametrize(
    ("folder_mode", "file_mode", "said"),
    [
        (0o755, 0o644, "bedside key change"),
        (0o755, 0o600, "they no longer can."),
        (0o700, 0o640, "they no longer can."),
        (0o700, 0o600, None),
    ],
)
def test_permissions_are_mended_and_said(private: Path, folder_mode: int, file_mode: int, said: str | None) -> None:
    """A key file or its folder that others can read is closed to them; a new key is advised if they could reach it."""
    paths = [private / KEY_FILE, private / key_file_name(make_another(private))]
    make(private)
    (private / "bedside.toml").write_text("")
    for path in paths:
        path.chmod(file_mode)
    (private / "bedside.toml").chmod(0o644)
    private.chmod(folder_mode)
    found = mend_permissions(private)
    assert found is None if said is None else found is not None and found.endswith((said, f"{said}."))
    assert {path.stat().st_mode & 0o777 for path in paths} == {0o600}
    assert private.stat().st_mode & 0o777 == 0o700
    assert (private / "bedside.toml").stat().st_mode & 0o777 == 0o644
    assert mend_permissions(private) is None


@pytest.mark.skipif(os.name == "nt", reason="there are no such permissions")
def test_a_folder_without_a_key_is_left_alone(tmp_path: Path) -> None:
    """A folder that has no key, such as one that many use, keeps its permissions; nothing is made."""
    tmp_path.chmod(0o755)
    assert mend_permissions(tmp_path) is None
    assert tmp_path.stat().st_mode & 0o777 == 0o755
    assert mend_permissions(tmp_path / "none") is None
    assert not (tmp_path / "none").exists()


@pytest.mark.skipif(os.name == "nt", reason="there are no such permissions")
def test_permissions_that_cannot_be_mended_are_said(private: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a disk that knows no permissions, or can only be read, it is said and nothing ends."""
    make(private)
    private.chmod(0o755)

    def refuse(*_: object, **__: object) -> None:
        raise OSError(30, "read-only")

    monkeypatch.setattr(Path, "chmod", refuse)
    assert "cannot be changed" in str(mend_permissions(private))
