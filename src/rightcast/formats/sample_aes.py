"""SAMPLE-AES of elementary streams: which bytes of a NAL unit or a sound frame are encrypted.

Apple, "MPEG-2 Stream Encryption Format for HTTP Live Streaming". CBC begins anew with each NAL unit and frame.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

if TYPE_CHECKING:
    from collections.abc import Iterator

BLOCK = 16
_NAL_LEADER = 32
_NAL_STRIDE = 160  # one block of ten
_SMALLEST_NAL = 48
_FRAME_LEADER = 16
_SLICE, _IDR_SLICE = 1, 5
_NEEDS_ESCAPE = re.compile(rb"\0\0(?=[\0-\3])")
_START_CODE = b"\0\0\1"
_BITRATES_KBPS = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640)


class SampleCipher:
    """Encrypts under one key and IV, both 16 bytes."""

    def __init__(self, key: bytes, iv: bytes) -> None:
        self._cipher = Cipher(AES(key), CBC(iv))

    def blocks(self, data: bytes) -> bytes:
        """Whole blocks, CBC from the IV on."""
        return self._cipher.encryptor().update(data)

    def access_unit(self, data: bytes) -> bytes:
        """An H.264 access unit in Annex B form; its length may change by emulation prevention."""
        pieces: list[bytes] = []
        start = 0
        for begin, end in nal_units(data):
            if data[begin] & 0x1F in {_SLICE, _IDR_SLICE} and end - begin > _SMALLEST_NAL:
                pieces += (data[start:begin], self._nal_unit(data[begin:end]))
                start = end
        pieces.append(data[start:])
        return b"".join(pieces)

    def frame(self, frame: memoryview, header_bytes: int) -> None:
        """A sound frame, in place; its first `header_bytes` and 16 bytes more stay clear."""
        first = header_bytes + _FRAME_LEADER
        count = (len(frame) - first) // BLOCK * BLOCK
        if count > 0:
            frame[first : first + count] = self.blocks(bytes(frame[first : first + count]))

    def _nal_unit(self, unit: bytes) -> bytes:
        plain = bytearray(unit.replace(b"\0\0\3", b"\0\0"))
        blocks = -(-(len(plain) - _NAL_LEADER - BLOCK) // _NAL_STRIDE)  # as long as more than a block remains
        if blocks <= 0 or len(plain) <= _SMALLEST_NAL:
            return unit
        body = np.frombuffer(plain, np.uint8, offset=_NAL_LEADER)
        chosen = np.lib.stride_tricks.as_strided(body, (blocks, BLOCK), (_NAL_STRIDE, 1))
        chosen[:] = np.frombuffer(self.blocks(chosen.tobytes()), np.uint8).reshape(blocks, BLOCK)
        return _NEEDS_ESCAPE.sub(b"\0\0\3", bytes(plain))


def encrypt_segment(data: bytes, *, key: bytes, iv: bytes) -> bytes:
    """A whole segment under METHOD=AES-128 (RFC 8216 section 4.3.2.4): CBC with PKCS#7 padding."""
    padder = PKCS7(BLOCK * 8).padder()
    encryptor = Cipher(AES(key), CBC(iv)).encryptor()
    return encryptor.update(padder.update(data) + padder.finalize()) + encryptor.finalize()


def sequence_iv(sequence: int) -> bytes:
    """The IV of a segment whose playlist names none (RFC 8216 section 5.2)."""
    return sequence.to_bytes(BLOCK, "big")


def nal_units(data: bytes) -> Iterator[tuple[int, int]]:
    """Begin and end of each NAL unit behind its start code, zeros before the next one left out."""
    place = data.find(_START_CODE)
    while place >= 0:
        begin = place + 3
        place = data.find(_START_CODE, begin)
        end = len(data) if place < 0 else place
        while end > begin and not data[end - 1]:
            end -= 1
        if end > begin:
            yield begin, end


def adts_frame(data: bytes | bytearray, place: int) -> tuple[int, int] | None:
    """Length and header length of the ADTS frame at `place` (ISO/IEC 14496-3 section 1.A.2); None: there is none."""
    if place + 7 > len(data) or data[place] != 0xFF or data[place + 1] & 0xF6 != 0xF0:
        return None
    length = (data[place + 3] & 3) << 11 | data[place + 4] << 3 | data[place + 5] >> 5
    header = 7 if data[place + 1] & 1 else 9
    return (length, header) if length > header else None


def ac3_frame(data: bytes | bytearray, place: int) -> tuple[int, int] | None:
    """Length of the AC-3 or E-AC-3 frame at `place` (ETSI TS 102 366 sections 4.4.1 and E.1.2); no header stays out."""
    if place + 6 > len(data) or data[place] != 0x0B or data[place + 1] != 0x77:
        return None
    if data[place + 5] >> 3 > 10:
        return (((data[place + 2] & 7) << 8 | data[place + 3]) + 1) * 2, 0
    rate, size = data[place + 4] >> 6, data[place + 4] & 0x3F
    if rate == 3 or size >> 1 >= len(_BITRATES_KBPS):
        return None
    kbps = _BITRATES_KBPS[size >> 1]
    words = (kbps * 96_000 // 48_000, kbps * 96_000 // 44_100 + (size & 1), kbps * 96_000 // 32_000)[rate]
    return words * 2, 0
