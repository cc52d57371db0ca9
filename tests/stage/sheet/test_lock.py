"""The sheet is guarded by the staff code of the store, and its tries are counted with all others."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from bedside.archive.store.staffcode import FREE_TRIES
from bedside.archive.store.store import Store
from bedside.stage.picture.worker import PictureWorker
from bedside.stage.sheet.lock import Guarded, StoreLock, Tried
from stage.playroom import PromptWorker

CODE = "194726"


def asked(lock: StoreLock, code: str) -> Tried:
    """Return the answer to a try."""
    answers: list[Tried] = []
    lock.attempt(code, answers.append)
    lock.deliver()
    return answers[0]


def looked(lock: StoreLock) -> Guarded:
    """Return what there is to guard."""
    answers: list[Guarded] = []
    lock.look(answers.append)
    lock.deliver()
    return answers[0]


def test_a_folder_without_a_code_needs_none(tmp_path: Path) -> None:
    """Looking makes no files; nobody is known."""
    lock = StoreLock(tmp_path / "kept", PromptWorker())
    assert looked(lock) == Guarded(False)
    assert not (tmp_path / "kept").exists()


def test_wrong_codes_are_counted_and_make_everybody_wait(tmp_path: Path) -> None:
    """The right one opens; after five wrong ones the next has to wait, here and wherever else the code is asked."""
    with Store.create(tmp_path) as store:
        store.gate().set(CODE)
    lock = StoreLock(tmp_path, PromptWorker())
    assert looked(lock).code is True
    assert asked(lock, CODE) == Tried(True)
    for _ in range(FREE_TRIES):
        assert asked(lock, "111111") == Tried(False)
    tried = asked(lock, CODE)
    assert not tried.right and tried.wait > 0
    lock.close()
    with Store.create(tmp_path) as store:
        elsewhere = StoreLock(tmp_path, PromptWorker())
        assert asked(elsewhere, CODE).wait > 0
        elsewhere.close()
        assert store.gate().closed


def test_a_store_that_cannot_be_read_says_neither_yes_nor_no(tmp_path: Path) -> None:
    """A damaged database is no answer, and no fault that ends anything."""
    with Store.create(tmp_path) as store:
        store.gate().set(CODE)
    for path in tmp_path.glob("bedside.key*"):
        path.unlink()
    lock = StoreLock(tmp_path, PromptWorker())
    assert looked(lock) == Guarded(None)
    assert asked(lock, CODE).fault


def test_it_is_asked_on_another_thread(tmp_path: Path) -> None:
    """The loop goes on while the store is read, and is woken by the answer."""
    woken: list[float] = []
    worker = PictureWorker(lambda: woken.append(time.monotonic()), lambda _: None)
    lock = StoreLock(tmp_path, worker)
    answers: list[Guarded] = []
    take: Callable[[Guarded], None] = answers.append
    lock.look(take)
    assert not answers
    worker.close(20.0)
    lock.deliver()
    assert answers == [Guarded(False, ())]
    assert woken
