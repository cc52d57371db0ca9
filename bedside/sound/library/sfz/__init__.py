"""Load a folder with an SFZ file as an instrument: its samples, resampled to every pitch, in one pool.

Samples are mixed to mono. `opcodes` lists the part of the format that is supported. A region whose sample is missing
or damaged is left out, and the instrument plays the rest.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bedside.errors import BedsideError
from bedside.sound.instrument import Instrument
from bedside.sound.library.folders import instrument_name
from bedside.sound.library.sfz import build, opcodes, oscillator, samples, text
from bedside.sound.library.sfz.folder import Folder
from bedside.sound.library.sfz.tablespec import SampleSource

_MOST_SAMPLES = 2048


def load(folder: Path, rate: int) -> tuple[Instrument, list[str]]:
    """Return the instrument in a folder at ``rate``, the same bits each time, and what of its file was ignored.

    Of several SFZ files the first by name is loaded. Raises BedsideError, with one sentence that names the folder, for
    anything that is wrong with it.
    """
    try:
        return _loaded(folder, rate)
    except ValueError as fault:
        raise BedsideError(
            f"The sounds in the folder “{instrument_name(folder)}” cannot be played: {fault}."
        ) from fault
    except OSError as fault:
        raise BedsideError(f"The sounds in the folder “{instrument_name(folder)}” cannot be read.") from fault


def _loaded(folder: Path, rate: int) -> tuple[Instrument, list[str]]:
    inside = Folder(folder)
    main, others = inside.main()
    ignored = text.Ignored()
    for other in others:
        ignored.add(other)
    stated = [
        opcodes.read(region, ignored.add) for region in text.regions(main, inside.text, opcodes.is_heard, ignored)
    ]
    if not stated:
        raise ValueError("its SFZ file has no regions")
    sources = _Sources(inside, ignored)
    struck = [region for region in stated if region.struck]
    if not struck:
        raise ValueError("no key of it sounds")
    present = [region for region in struck if sources.has(region.sample)]
    if not present:
        raise ValueError("none of its samples can be found and read")
    made, left_out = build.build_instrument(instrument_name(folder), present, sources.known, sources.read, rate)
    if sources.known and not (sources.heard or any(region.sample.startswith("*") for region in present)):
        raise ValueError("all of its samples are damaged")
    for what in left_out:
        ignored.add(what)
    return made, list(ignored)


class _Sources:
    """The sample files of a folder; each is opened once."""

    def __init__(self, inside: Folder, ignored: text.Ignored) -> None:
        self.known: dict[str, SampleSource] = {}
        self.heard = False
        self._inside = inside
        self._ignored = ignored
        self._samples: dict[str, samples.Sample | None] = {}

    def has(self, path: str) -> bool:
        """Return whether a region's sample can be played."""
        if path.startswith("*"):
            if path not in oscillator.NAMES:
                self._ignored.add(f"sample={path}")
            return path in oscillator.NAMES
        if path not in self._samples:
            if len(self._samples) >= _MOST_SAMPLES:
                raise ValueError(f"it names more than {_MOST_SAMPLES:,} samples")
            self._samples[path] = self._looked(path)
        return self._samples[path] is not None

    def read(self, path: str, first: int, count: int) -> NDArray[np.float32]:
        """Return frames of a sample; silence if it turns out to be damaged."""
        sample = self._samples[path]
        if sample is None:
            raise KeyError(path)
        try:
            frames = samples.read(sample, first, count)
        except (ValueError, OSError):
            self._ignored.add(f"sample={path} (it is damaged)")
            return np.zeros(count, np.float32)
        self.heard = True
        return frames

    def _looked(self, path: str) -> samples.Sample | None:
        file = self._inside.find(path) if path else None
        if file is None:
            self._ignored.add(f"sample={path} (it is missing)")
            return None
        try:
            sample = samples.look(file)
        except (ValueError, OSError) as fault:
            reason = str(fault) if isinstance(fault, ValueError) else "it cannot be read"
            self._ignored.add(f"sample={path} ({reason})")
            return None
        self.known[path] = SampleSource(sample.frames, sample.rate, sample.loop)
        return sample
