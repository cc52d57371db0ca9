"""A year of a bed, in minutes: what befalls it is drawn from a seed, and after each day every promise is checked."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from bedside.archive.keys.keytext import KeyText, parse
from harness.bed import Bed, wait_a_moment
from harness.damages import DAMAGES
from harness.disk import UNSEEN
from harness.life import Life
from harness.promises import Found
from harness.witness import Faults

KEY = "bedside.key"
DAY = 86_400


class Year:
    """The days of a bed; `live_day` lives one and raises AssertionError, with the seed, for a broken promise."""

    def __init__(self, bed: Bed, seed: int) -> None:
        self.bed = bed
        self.days: Counter[str] = Counter()
        self._seed = seed
        self._chance = random.Random(seed)
        self._clock = 0
        # From then on staff may be told of it.
        self._damaged = False
        self._today = ""

    def live_day(self) -> None:
        """Live a day, and check every promise."""
        what = self._chance.choices(list(_DAYS), [weight for _, weight in _DAYS.values()])[0]
        if not self.bed.lives:
            what = "play"
        self._today = f"seed {self._seed}, day {self.days.total() + 1} ({what})"
        self.days[what] += 1
        _DAYS[what][0](self)

    def check(self) -> Found:
        """Check every promise; once a file was damaged something may be lost, if it is told."""
        broken, found = self.bed.check()
        said = f"{self._today}: {broken}, told {found.told}\n{self.bed.stderr}"
        assert not broken.wrong, said
        if self._damaged:
            silent = set() if found.told else set(broken.lost)
            last = [self.bed.promised.last_batch(life) for life in self.bed.promised.fed]
            assert silent <= set().union(*last), f"lost in silence: {said}"
            self.bed.promised.forget(found)
        else:
            assert not broken.lost, said
            assert not found.told, f"false alarm: {said}"
            assert not self.bed.promised.told, f"false alarm: {self.bed.promised.told}\n{said}"
        return found

    def life(self, **more: object) -> Life:
        """Return the next life, of usual length."""
        self.bed.lives += 1
        bed, chance = self.bed, self._chance
        count, seconds = chance.randrange(10, 90), chance.choice((0.0005, 0.002, 0.004))
        usual = Life(bed.lives, bed.data, bed.acks, count, seconds, second=bed.second, clock=self._clock)
        return replace(usual, **more)  # type: ignore[arg-type]

    def _play(self) -> None:
        assert self.bed.live(self.life()) == 0, f"{self._today}\n{self.bed.stderr}"
        self.check()

    def _kill(self) -> None:
        life = self.life()
        self.bed.live_and_kill(life, self._chance.randint(1, life.count))
        self.check()

    def _kill_at_start(self) -> None:
        child = self.bed.begin(self.life())
        wait_a_moment(self._chance, 0.2)
        child.kill()
        self.check()

    def _cut_power(self) -> None:
        cut = self.bed.cut_power(self.life(), self._chance)
        self._today += f", {cut}"
        self.check()

    def _fail(self) -> None:
        self.bed.live(self.life(faults=Faults(self.bed.lives, 0.03, 0.01, 0.01, 20), closing=2.0))
        self._live_quietly()
        self.check()

    def _fill(self) -> None:
        """Let the data folder's disk be full for a whole life; what the second folder takes comes home by the next."""
        self.bed.live(self.life(faults=Faults(self.bed.lives, full=1.0, only=self.bed.data), hands=False))
        self._live_quietly()
        self.check()

    def _fill_all(self) -> None:
        """Let there be no room anywhere: nothing is acknowledged, and what was before is there."""
        self.bed.live(self.life(faults=Faults(self.bed.lives, full=1.0), closing=0.5))
        self._live_quietly()
        self.check()

    def _live_quietly(self) -> None:
        assert self.bed.live(self.life(count=10)) == 0, f"{self._today}\n{self.bed.stderr}"

    def _lose_key(self) -> None:
        """Let the key file be away for a life; it comes back, and everything can be read."""
        key, away = self.bed.data / KEY, self.bed.root.with_name(KEY)
        shutil.move(key, away)
        self.bed.live(self.life(hands=False, closing=1.0))
        shutil.move(away, key)
        self.bed.settle()
        self._live_quietly()
        self.check()

    def _lock_key(self) -> None:
        """Let the key store not give the key for a life; then it does."""
        key = self.bed.data / KEY
        before = key.read_bytes()
        kept = parse(before.decode())
        assert kept is not None
        key.write_text(KeyText("locked", kept.digest, kept.salt, kept.public).format())
        self.bed.live(self.life(hands=False, closing=1.0))
        key.write_bytes(before)
        self.bed.settle()
        self._live_quietly()
        self.check()

    def _play_twice(self) -> None:
        """Let two programs record at once; one of them is killed now and then."""
        lives = [self.life(), self.life()]
        self.bed.promised.together.append({life.number for life in lives})
        first, second = (self.bed.begin(life) for life in lives)
        if self._chance.random() < 0.5:
            wait_a_moment(self._chance, 0.3)
            first.kill()
        else:
            first.wait()
        second.wait()
        self.check()

    def _move_clock(self) -> None:
        """Let the clock be wrong from today on, and move once more while somebody plays."""
        self._clock = self._chance.choice((0, -365 * DAY, 400 * DAY, -60, 12 * 365 * DAY, -56 * 365 * DAY))
        self.bed.live(self.life(jump=self._chance.choice((-3600, -60, 60, DAY))))
        self.check()

    def _damage(self) -> None:
        """Let a file of the data folder be damaged; what is lost is told, and all goes on."""
        files = [path for path in sorted(self.bed.data.rglob("*")) if path.is_file()]
        file = self._chance.choice([path for path in files if not path.name.endswith((".key", UNSEEN))])
        damage = self._chance.choice(DAMAGES)
        self._today += f", {damage.__name__} {file.name}"
        damage(file, file, self._chance)
        self._damaged = True
        self.bed.settle()
        self.check()
        self.bed.live(self.life())
        self.check()


_DAYS: dict[str, tuple[Callable[[Year], None], float]] = {
    "play": (Year._play, 4),
    "kill": (Year._kill, 4),
    "kill at the start": (Year._kill_at_start, 2),
    "power cut": (Year._cut_power, 5),
    "failing disk": (Year._fail, 2),
    "full disk": (Year._fill, 1),
    "no room anywhere": (Year._fill_all, 1),
    "key lost": (Year._lose_key, 1),
    "key store locked": (Year._lock_key, 1),
    "two programs": (Year._play_twice, 2),
    "clock moved": (Year._move_clock, 2),
    "damage": (Year._damage, 2),
}
