"""First bytes of sound frames: sampling rate and channels, by which players choose before they open a track.

ISO/IEC 13818-7 (ADTS), 14496-3 (LATM), 11172-3 (MPEG audio), ETSI TS 102 366 (AC-3 and E-AC-3).
"""

from __future__ import annotations

from dataclasses import dataclass

from rightcast.formats.codecs.latm import Latm
from rightcast.formats.mpegts.pictures import aac_name, mpeg_audio_name

_AAC_RATES = (96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350)
_AC3_RATES = (48_000, 44_100, 32_000)
_AC3_CHANNELS = (2, 1, 2, 3, 3, 4, 4, 5)
_MPEG_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}


@dataclass(frozen=True, slots=True)
class SoundFormat:
    """An RFC 6381 name, samples per second, loudspeakers; 0 where the first bytes do not tell."""

    codec: str
    sample_rate: int = 0
    channels: int = 0


def can_be_read(codec: str) -> bool:
    """Whether `sound_format` knows the codec."""
    return codec in {"aac", "aac_latm", "mp2", "ac3", "eac3"}


def sound_format(codec: str, data: bytes) -> SoundFormat | None:
    """What the first frame of a PES payload says; None when no frame begins it."""
    if codec == "aac":
        return _aac(data)
    if codec == "aac_latm":
        return _latm(data)
    if codec == "mp2":
        return _mpeg(data)
    if codec in {"ac3", "eac3"}:
        return _dolby(codec, data)
    return None


def _aac(data: bytes) -> SoundFormat | None:
    name = aac_name(data)
    if not name:
        return None
    rate = data[2] >> 2 & 15
    channels = (data[2] & 1) << 2 | data[3] >> 6
    return SoundFormat(name, _AAC_RATES[rate] if rate < len(_AAC_RATES) else 0, 8 if channels == 7 else channels)


def _latm(data: bytes) -> SoundFormat | None:
    found = Latm().format(data, 0)
    return None if isinstance(found, str) else SoundFormat(found.codec, found.rate, found.channels)


def _mpeg(data: bytes) -> SoundFormat | None:
    name = mpeg_audio_name(data)
    if not name or len(data) < 4:
        return None
    rates, rate = _MPEG_RATES.get(data[1] >> 3 & 3), data[2] >> 2 & 3
    return SoundFormat(name, rates[rate] if rates and rate < 3 else 0, 1 if data[3] >> 6 == 3 else 2)


def _dolby(codec: str, data: bytes) -> SoundFormat | None:
    if len(data) < 8 or data[:2] != b"\x0b\x77":
        return None
    if codec == "ac3":
        rate, mode = data[4] >> 6, data[6] >> 5
        skipped = 2 * (bool(mode & 1) and mode != 1) + 2 * bool(mode & 4) + 2 * (mode == 2)
        bass = (data[6] << 8 | data[7]) >> (12 - skipped) & 1
        return SoundFormat("ac-3", _AC3_RATES[rate] if rate < 3 else 0, _AC3_CHANNELS[mode] + bass)
    rate, mode, bass = data[4] >> 6, data[4] >> 1 & 7, data[4] & 1
    return SoundFormat("ec-3", _AC3_RATES[rate] if rate < 3 else 0, _AC3_CHANNELS[mode] + bass)
