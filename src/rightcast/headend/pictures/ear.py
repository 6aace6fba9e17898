"""A short stretch of sound: decoded bare, its level, its peak and an estimate of its loudness.

Loudness follows ITU-R BS.1770-4 without gating, by the weighting filter's response on the spectrum. Worker only.
"""

from __future__ import annotations

import functools
import math
from itertools import chain
from typing import TYPE_CHECKING

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.error import FFmpegError

from rightcast.headend.pictures.orders import Sound

if TYPE_CHECKING:
    from collections.abc import Iterator

STRETCH_S = 1.0
MOST_UNIT_BYTES = 1 << 20
UNITS = 96
FLOOR_DB = -120.0

_DECODERS = {"aac": "aac", "aac_latm": "aac_latm", "mp2": "mp2", "ac3": "ac3", "eac3": "eac3"}
_FULL = {"s16": 1 << 15, "s16p": 1 << 15, "s32": 1 << 31, "s32p": 1 << 31}
_SURROUND = frozenset({"BL", "BR", "SL", "SR", "BC"})
_FEWEST_SAMPLES = 256


def can_hear(codec: str) -> bool:
    """Whether sound of a codec can be decoded."""
    return codec in _DECODERS


def hear(codec: str, units: list[bytes]) -> Sound | None:
    """The levels of about a second; None when nothing could be decoded."""
    decoder = av.CodecContext.create(_DECODERS[codec], "r")
    if not isinstance(decoder, AudioCodecContext):
        return None
    decoder.thread_count = 1
    blocks: list[np.ndarray] = []
    rate, length = 0, 0
    names: tuple[str, ...] = ()
    for frame in _frames(decoder, b"".join(units)):
        found = tuple(channel.name for channel in frame.layout.channels)
        if (frame.sample_rate, found) != (rate, names):
            blocks, rate, names, length = [], frame.sample_rate, found, 0
        blocks.append(_samples(frame))
        length += blocks[-1].shape[1]
        if length >= STRETCH_S * rate:
            break
    if length < _FEWEST_SAMPLES or not rate:
        return None
    return measured(np.concatenate(blocks, axis=1), rate, names)


def measured(samples: np.ndarray, rate: int, names: tuple[str, ...]) -> Sound:
    """Levels of samples from -1 to 1, one row per channel; `names` of the channels as in "FL", "LFE"."""
    length = samples.shape[1]
    spectrum = np.abs(np.fft.rfft(samples, axis=1)) ** 2 * _weights(length, rate)
    spectrum[:, 1 : (length + 1) // 2] *= 2  # the other half of a real signal's spectrum
    squares = spectrum.sum(axis=1) / length**2
    shares = np.array([0.0 if name == "LFE" else 1.41 if name in _SURROUND else 1.0 for name in names])
    return Sound(
        level_dbfs=_decibels(float(np.mean(samples**2))),
        peak_dbfs=_decibels(float(np.abs(samples).max()) ** 2),
        loudness_lufs=round(max(_decibels(float(squares @ shares)) - 0.691, FLOOR_DB), 1),
        seconds=round(length / rate, 3),
    )


def _frames(decoder: AudioCodecContext, data: bytes) -> Iterator[av.AudioFrame]:
    for packet in chain(decoder.parse(data), decoder.parse(None)):
        if not packet.size:
            continue
        try:
            yield from decoder.decode(packet)
        except FFmpegError:
            continue


def _samples(frame: av.AudioFrame) -> np.ndarray:
    """From -1 to 1, one row per channel."""
    values = frame.to_ndarray().astype(np.float64)
    values /= _FULL.get(frame.format.name, 1)
    return values if frame.format.is_planar else values.reshape(-1, len(frame.layout.channels)).T


@functools.lru_cache(maxsize=8)
def _weights(length: int, rate: int) -> np.ndarray:
    """The K-weighting's power response at the frequencies of a spectrum (annex 1 of BS.1770, for any sample rate)."""
    z = np.exp(-2j * np.pi * np.arange(length // 2 + 1) / length)
    k, q, high = math.tan(math.pi * 1681.974450955533 / rate), 0.7071752369554196, 10 ** (3.999843853973347 / 20)
    middle = high**0.4996667741545416
    shelf = ((high + middle * k / q + k * k) + 2 * (k * k - high) * z + (high - middle * k / q + k * k) * z**2) / (
        (1 + k / q + k * k) + 2 * (k * k - 1) * z + (1 - k / q + k * k) * z**2
    )
    k, q = math.tan(math.pi * 38.13547087602444 / rate), 0.5003270373238773
    first = 1 + k / q + k * k
    low_cut = (1 - 2 * z + z**2) / (1 + 2 * (k * k - 1) / first * z + (1 - k / q + k * k) / first * z**2)
    return np.asarray(np.abs(shelf * low_cut) ** 2)


def _decibels(power: float) -> float:
    return round(max(10 * math.log10(power), FLOOR_DB), 1) if power > 0 else FLOOR_DB
