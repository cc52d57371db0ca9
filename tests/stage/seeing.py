"""How far two colours lie apart for eyes that see colours otherwise."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

# Simulated full dichromacy, on linear RGB (Machado, Oliveira & Fernandes 2009, severity 1).
EYES: Mapping[str, NDArray[np.float64]] = {
    "trichromacy": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
    "greyscale": np.array([[0.2126, 0.7152, 0.0722]] * 3),
}

_TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
_WHITE = _TO_XYZ.sum(axis=1)


def lab(colour: NDArray[np.float64], eyes: str = "trichromacy") -> NDArray[np.float64]:
    """Return L*, a* and b* (CIE 1976, D65) of an sRGB colour of 0–255 as such eyes see it."""
    share = np.asarray(colour) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    xyz = _TO_XYZ @ np.clip(EYES[eyes] @ linear, 0, 1) / _WHITE
    root = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


def apart(one: NDArray[np.float64], other: NDArray[np.float64], eyes: str) -> float:
    """Return the distance ΔE*ab of two sRGB colours as such eyes see them."""
    return float(np.linalg.norm(lab(one, eyes) - lab(other, eyes)))
