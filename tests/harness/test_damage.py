"""Files of a data folder are damaged, cut, missing, or older than the rest: nothing is lost in silence."""

from __future__ import annotations

import os
import random
import shutil
from collections import Counter
from pathlib import Path

import pytest

from harness.damages import AGES, DAMAGES, Damage
from harness.disk import UNSEEN
from harness.life import Life
from harness.mother import Mother
from harness.promises import Promised, broken, look
from harness.recorded import wait_until_fed

TIMES = int(os.environ.get("BEDSIDE_DAMAGES", "1"))
pytestmark = pytest.mark.slow


class Kept:
    """A data folder, an earlier state of it, and what was promised."""

    def __init__(self, place: Path) -> None:
        self.data, self.earlier = place / "data", place / "earlier"
        acks = place / "acks"
        acks.touch()
        with Mother(place / "stderr") as mother:
            assert mother.bear(Life(1, self.data, acks, 100, 0.004)).wait() == 0
            child = mother.bear(Life(2, self.data, acks, 100, 0.004))
            wait_until_fed(child, acks, 2, 40)
            shutil.copytree(self.data, self.earlier)
            wait_until_fed(child, acks, 2, 95)
            child.kill()
        self.promised = Promised()
        for line in acks.read_text().splitlines():
            self.promised.hear(line)

    @property
    def files(self) -> list[str]:
        """The files of the folder, by their names in it."""
        return sorted(
            str(path.relative_to(self.data))
            for path in self.data.rglob("*")
            if path.is_file() and not path.name.endswith(UNSEEN) and not path.name.startswith("spare")
        )


@pytest.fixture(scope="module")
def bed(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """Give a bed with an ended life, a snapshot of it, and a further life that was killed."""
    return Kept(tmp_path_factory.mktemp("damage"))


@pytest.mark.parametrize("damage", [*DAMAGES, *AGES], ids=[each.__name__ for each in (*DAMAGES, *AGES)])
def test_what_is_damaged_is_said_and_all_else_is_read(bed: Kept, damage: Damage, tmp_path: Path) -> None:
    """Whatever befalls one file, what is lost is said; what is not lost is read; what is refused comes back whole.

    Nothing is destroyed by looking: with the damaged file put right, everything is there again. The last batch of a
    run that was killed, before the index had it, cannot be told from one that was being written.
    """
    seen: Counter[str] = Counter()
    for name in bed.files:
        for seed in range(TIMES):
            chance = random.Random(seed)
            folder = tmp_path / f"{name.replace('/', '-')}-{seed}"
            shutil.copytree(bed.data, folder)
            damage(folder / name, bed.earlier / name, chance)
            found = look(folder)
            wrong = broken(bed.promised, found)
            what = f"{damage.__name__} {name}, seed {seed}: {wrong}, told {found.told}"
            if found.refused is not None:
                # Only a key can be missed so much that nothing is read; put back, it opens everything.
                assert name.endswith(".key"), what
                shutil.copyfile(bed.data / name, folder / name)
                again = broken(bed.promised, look(folder))
                assert not again, f"{what}; with the file put right: {again}"
                seen[f"{_kind(name)}: refused with a sentence"] += 1
            else:
                assert not wrong.wrong, what
                silent = wrong.lost if not found.told else frozenset()
                assert silent <= bed.promised.last_batch(2), f"lost in silence: {what}"
                fate = "nothing lost" if not wrong.lost else "lost and told" if not silent else "the last batch lost"
                seen[f"{_kind(name)}: {fate}"] += 1
            shutil.rmtree(folder)
    print(f"{damage.__name__}: {dict(seen)}")


def _kind(name: str) -> str:
    return name if "/" not in name else f"*{Path(name).suffix}"
