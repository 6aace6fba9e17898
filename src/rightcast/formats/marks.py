"""Finding the station's own marks in pictures of unknown origin, and whose code they spell. Pure, on arrays.

The mark is a wave of light: PATTERN over the picture, CARRIER_HZ in time, its sign the variant. What is seen of it in
each window of time is one complex number; all windows of a capture together are held against the codes of sessions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rightcast.domain.marking import CODE_BITS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Complexes = npt.NDArray[np.complex128]

CARRIER_HZ = 2.0
"""Slow enough to come through any frame rate, quick enough to differ from what pictures do by themselves."""
STRENGTH = 2.0
"""Steps of 255 by which light goes up and down at most."""
PATTERN = "cos(3*PI*(X+0.5)/W)*cos(2*PI*(Y+0.5)/H)"
"""Where light goes up while it goes down elsewhere, as ffmpeg computes it."""
WIDTH, HEIGHT, RATE_HZ = 64, 36, 12.5
"""Pictures are looked at in this size and so often."""
_STEP_S = 0.25
_CLIP = 3.0


@dataclass(frozen=True, slots=True)
class Finding:
    """How well a session's code fits: `share` of what was seen (0 to 1), over `windows` segments.

    `odds`: how many sessions that had nothing to do with it would fit as well, among all that were asked for. Below
    0.001 it is a finding; near 1 it is chance.
    """

    sid: str
    share: float
    windows: int
    odds: float


def strength(frames: npt.NDArray[np.uint8]) -> Floats:
    """How much of the pattern each picture holds (frames, HEIGHT, WIDTH), without what changes slowly."""
    across = np.cos(3 * np.pi * (np.arange(WIDTH) + 0.5) / WIDTH)
    down = np.cos(2 * np.pi * (np.arange(HEIGHT) + 0.5) / HEIGHT)
    pattern = np.outer(down, across)
    pattern -= pattern.mean()
    seen = np.tensordot(frames.astype(np.float64), pattern, axes=((1, 2), (0, 1)))
    period = round(RATE_HZ / CARRIER_HZ)
    if len(seen) < period:
        return np.zeros(len(seen))
    seen -= np.convolve(seen, np.ones(period) / period, "same")
    most = _CLIP * float(np.median(np.abs(seen)))  # a cut is a jump that would drown all else
    return np.clip(seen, -most, most)


def whose(
    seen: Floats, codes: Mapping[str, Sequence[bool]], *, segment_s: float, lasting_s: float = 0.0
) -> list[Finding]:
    """The sessions by how well their codes fit, the best first. Where in the code a capture begins is not known.

    `segment_s`: how long the station's segments should last; `lasting_s`: how long they do, where that differs.
    """
    length_s = lasting_s or segment_s
    if not codes or len(seen) < 2 * length_s * RATE_HZ:
        return []
    signs = np.array([[1.0 if bit else -1.0 for bit in code] for code in codes.values()])
    turned = seen * np.exp(-2j * np.pi * CARRIER_HZ * np.arange(len(seen)) / RATE_HZ)
    summed = np.concatenate([[0], np.cumsum(turned)])
    best = np.zeros(len(codes))
    offsets = np.arange(0, length_s, _STEP_S)
    phases = [0.0] if length_s == segment_s else [*np.arange(0, 1, 0.2)]
    windows = 0
    for offset in offsets:
        found = _windows(summed, offset, length_s)
        windows = len(found)
        for phase in phases:
            places = np.round(np.arange(windows) * length_s / segment_s + phase).astype(int)
            best = np.maximum(best, _fit(found, signs, places))
    tried = len(codes) * CODE_BITS * len(offsets) * len(phases)
    ranked = sorted(zip(codes, best, strict=True), key=lambda one: -one[1])
    return [Finding(sid, float(fit), windows, _odds(float(fit), windows, tried)) for sid, fit in ranked]


def _windows(summed: Complexes, offset: float, segment_s: float) -> Complexes:
    """What was seen in each segment, if segments begin at `offset` and every `segment_s` after; whole ones only."""
    last = (len(summed) - 1) / RATE_HZ
    edges = np.round(np.arange(offset, last + 1e-9, segment_s) * RATE_HZ).astype(int)
    found: Complexes = summed[edges[1:]] - summed[edges[:-1]]
    return found


def _fit(found: Complexes, signs: Floats, places: npt.NDArray[np.int_]) -> Floats:
    """The share of what was seen that each code explains, at the place of the code that fits best."""
    power = float((np.abs(found) ** 2).sum())
    if not len(found) or power <= 0:
        return np.zeros(len(signs))
    fits = [
        np.abs(signs[:, (places + shift) % CODE_BITS] @ found) ** 2 / (power * len(found)) for shift in range(CODE_BITS)
    ]
    best: Floats = np.max(fits, axis=0)
    return best


def _odds(share: float, windows: int, tried: int) -> float:
    """How many of all that was tried would fit so well by chance: each is a sum of random signs."""
    return tried * math.erfc(math.sqrt(share * windows / 2))
