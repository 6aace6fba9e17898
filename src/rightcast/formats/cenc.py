"""Sample encryption: `cenc` (AES-CTR) and `cbcs` (AES-CBC, one block of ten of pictures, all of sound).

ISO/IEC 23001-7, sections 9 (how bytes of samples are encrypted), 10.1 (`cenc`), 10.4 (`cbcs`), 12 (`tenc` and so on).
Pictures are encrypted slice by slice behind the slice header, which both schemes leave in the clear: `cbcs` demands
it, and for `cenc` it is recommended. Parameter sets, messages and the length of each NAL unit stay readable.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC, ECB

from rightcast.formats.isobmff.boxes import box, full_box, number
from rightcast.formats.isobmff.fragment import SampleAuxiliary, Samples

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

COMMON_SYSTEM_ID = bytes.fromhex("1077efecc0b24d02ace33c1e52e2fb4b")
"""W3C common PSSH: which keys are needed and nothing else, as ClearKey takes it."""

_BLOCK = 16
_PERIOD = 10  # of which one block is encrypted
_COUNTER_IV_BYTES = 8
_MOST_CLEAR_BYTES = 0xFFFF
_MOST_SUBSAMPLES = 40  # an entry of `senc` may take 255 bytes, for `saiz` tells sizes in one (14496-12 section 8.7.8)

Subsample = tuple[int, int]
"""So many bytes in the clear, then so many to protect."""


@dataclass(frozen=True, slots=True)
class SampleProtection:
    """How a track's samples are encrypted. `key` and `kid` have 16 bytes; `pssh` are whole boxes for the init segment.

    `iv`, 16 bytes: for `cbcs` the constant initialisation vector; for `cenc` a seed of the samples' own.
    """

    scheme: Literal["cenc", "cbcs"]
    key: bytes
    kid: bytes
    iv: bytes
    pssh: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        """Raises ValueError when a length is wrong."""
        if not len(self.key) == len(self.kid) == len(self.iv) == _BLOCK:
            raise ValueError("key, kid and iv of a protection have 16 bytes each")


def common_pssh(kids: Sequence[bytes]) -> bytes:
    """A `pssh` box, version 1, that names keys for any system (W3C "cenc" initialisation data format)."""
    return full_box(b"pssh", 1, 0, COMMON_SYSTEM_ID, number(len(kids), 4), *kids, number(0, 4))


def protected_entry(entry: bytes, protection: SampleProtection, *, patterned: bool) -> bytes:
    """A sample entry as that of encrypted samples; `patterned`: those of pictures, which `cbcs` encrypts in part."""
    original = entry[4:8]
    kind = b"encv" if patterned else b"enca"
    scheme = full_box(b"schm", 0, 0, protection.scheme.encode(), number(0x10000, 4))
    information = box(b"schi", _track_encryption(protection, patterned=patterned))
    return box(kind, entry[8:], box(b"sinf", box(b"frma", original), scheme, information))


def protected(
    samples: Samples, protection: SampleProtection, layout: Sequence[Sequence[Subsample]] | None
) -> tuple[Samples, SampleAuxiliary | None]:
    """Samples encrypted, and what `senc` tells of them. `layout`: each sample's subsamples; None: all is protected.

    The same samples and protection give the same bytes.
    """
    body = np.frombuffer(bytearray(samples.body), np.uint8)
    if protection.scheme == "cbcs":
        period = 1 if layout is None else _PERIOD
        _encrypt_blocks(body, list(_regions(samples.sizes, layout)), protection, period)
        entries = [_entry(b"", pairs) for pairs in layout] if layout is not None else []
    else:
        vectors = _vectors(samples, protection)
        _encrypt_stream(body, samples.sizes, layout, vectors, protection.key)
        pairs_of = layout if layout is not None else [()] * len(samples.sizes)
        entries = [_entry(vector.to_bytes(8, "big"), pairs) for vector, pairs in zip(vectors, pairs_of, strict=True)]
    auxiliary = SampleAuxiliary(entries, subsamples=layout is not None) if entries else None
    return replace(samples, body=body.tobytes()), auxiliary


def subsamples(units: Sequence[tuple[int, int | None]], scheme: str) -> list[Subsample]:
    """Subsamples of a sample by its NAL units: bytes with the length field, and how many of them stay in the clear.

    None: all of the unit stays in the clear. What `cenc` protects is whole blocks (section 9.5.2.2).
    """
    found: list[Subsample] = []
    clear = 0
    for size, header in units:
        guarded = max(size - header, 0) if header is not None else 0
        if scheme == "cenc":
            guarded -= guarded % _BLOCK
        clear += size - guarded
        if guarded < _BLOCK or len(found) >= _MOST_SUBSAMPLES - 2:
            clear += guarded
            continue
        found += _split_clear(clear, guarded)
        clear = 0
    if clear:
        found += _split_clear(clear, 0)
    return found


def _split_clear(clear: int, guarded: int) -> list[Subsample]:
    whole, rest = divmod(clear, _MOST_CLEAR_BYTES)
    return [(_MOST_CLEAR_BYTES, 0)] * whole + ([(rest, guarded)] if rest or guarded else [])


def _track_encryption(protection: SampleProtection, *, patterned: bool) -> bytes:
    """`tenc`, version 1 where there is a pattern to tell."""
    if protection.scheme == "cenc":
        return full_box(b"tenc", 0, 0, bytes((0, 0, 1, _COUNTER_IV_BYTES)), protection.kid)
    pattern = 1 << 4 | _PERIOD - 1 if patterned else 0
    head = bytes((0, pattern, 1, 0))
    return full_box(b"tenc", 1, 0, head, protection.kid, bytes((len(protection.iv),)), protection.iv)


def _entry(vector: bytes, pairs: Sequence[Subsample]) -> bytes:
    if not pairs:
        return vector
    told = b"".join(number(clear, 2) + number(guarded, 4) for clear, guarded in pairs)
    return vector + number(len(pairs), 2) + told


def _regions(sizes: Sequence[int], layout: Sequence[Sequence[Subsample]] | None) -> Iterator[tuple[int, int]]:
    """Where each stretch to protect starts and ends within all samples."""
    place = 0
    for index, size in enumerate(sizes):
        at = place
        for clear, guarded in layout[index] if layout is not None else ((0, size),):
            at += clear
            if guarded:
                yield at, at + guarded
            at += guarded
        place += size


def _encrypt_blocks(
    body: NDArray[np.uint8], regions: list[tuple[int, int]], protection: SampleProtection, period: int
) -> None:
    """Section 9.6: each stretch is a chain of its own from the constant vector on; an unfinished block stays clear."""
    cipher = Cipher(AES(protection.key), CBC(protection.iv))
    for start, end in regions:
        blocks = body[start : end - (end - start) % _BLOCK].reshape(-1, _BLOCK)
        chosen = blocks[::period]
        if chosen.size:
            encrypted = cipher.encryptor().update(chosen.tobytes())
            chosen[:] = np.frombuffer(encrypted, np.uint8).reshape(-1, _BLOCK)


def _encrypt_stream(
    body: NDArray[np.uint8],
    sizes: Sequence[int],
    layout: Sequence[Sequence[Subsample]] | None,
    vectors: Sequence[int],
    key: bytes,
) -> None:
    """Section 9.3: counter mode, each sample from its own vector on; all key stream is made at once."""
    guarded = [sum(pair[1] for pair in layout[index]) if layout else size for index, size in enumerate(sizes)]
    blocks = [-(-count // _BLOCK) for count in guarded]
    counters = np.empty((sum(blocks), 2), ">u8")
    counters[:, 0] = np.repeat(np.array(vectors, np.uint64), blocks)
    firsts = np.concatenate(([0], np.cumsum(blocks)[:-1]))
    counters[:, 1] = np.arange(len(counters)) - np.repeat(firsts, blocks)
    # ECB of counters is the key stream of counter mode (NIST SP 800-38A section 6.5), in one call for all samples.
    stream = np.frombuffer(Cipher(AES(key), ECB()).encryptor().update(counters.tobytes()), np.uint8)  # noqa: S305
    regions = _regions(sizes, layout)
    for first, count in zip((firsts * _BLOCK).tolist(), guarded, strict=True):
        at, end = first, first + count
        while at < end:
            start, stop = next(regions)
            body[start:stop] ^= stream[at : at + stop - start]
            at += stop - start


def _vectors(samples: Samples, protection: SampleProtection) -> list[int]:
    """The samples' initialisation vectors: one after the other from a number that their bytes and the seed give.

    No two different fragments share key stream, whatever their tracks, renditions and times; and every edge that
    makes the fragment finds the same numbers (section 9.2 demands that a vector is used once with a key).
    """
    seed = hashlib.sha256(protection.iv + samples.base.to_bytes(8, "big", signed=True))
    seed.update(samples.body)
    first = int.from_bytes(seed.digest()[:8], "big")
    return [(first + index) & 0xFFFFFFFFFFFFFFFF for index in range(len(samples.sizes))]
