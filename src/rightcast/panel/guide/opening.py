"""Opens a guide's file whatever it is packed in: gzip, xz, bzip2, zip, found by its first bytes and not by its name.

What comes out is limited, so that a small file cannot fill the disk or keep a process for ever.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import zipfile
import zlib
from contextlib import ExitStack
from typing import IO, TYPE_CHECKING, BinaryIO, cast

from rightcast.domain.errors import GuideUnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BLOCK_BYTES = 256 << 10
MOST_BYTES = 4 << 30
"""Unpacked. A week of 5,000 channels is about a quarter of it."""
_DEEPEST = 2
_PACKINGS: tuple[tuple[bytes, Callable[[IO[bytes]], BinaryIO]], ...] = (
    (b"\x1f\x8b", lambda file: cast("BinaryIO", gzip.GzipFile(fileobj=file))),
    (b"\xfd7zXZ\x00", lambda file: cast("BinaryIO", lzma.LZMAFile(file))),  # noqa: SIM115 - closed by its stack
    (b"BZh", lambda file: cast("BinaryIO", bz2.BZ2File(file))),
)
_ZIP = b"PK\x03\x04"
_FAULTS = (OSError, EOFError, lzma.LZMAError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError)
"""What the unpackers raise at damaged files and at passwords."""


def blocks_of(file: IO[bytes], most_bytes: int = MOST_BYTES) -> Iterator[bytes]:
    """The plain bytes of a guide; `file` can be sought in. Raises GuideUnreadableError."""
    with ExitStack() as stack:
        try:
            plain = _opened(file, stack)
            count = 0
            while block := plain.read(BLOCK_BYTES):
                count += len(block)
                if count > most_bytes:
                    raise GuideUnreadableError(
                        f"The guide is larger than {most_bytes >> 20:,} MB when unpacked.",
                        remedy="A file that grows so much is no guide; cut it into several sources if it is one.",
                    )
                yield block
        except _FAULTS as error:
            raise GuideUnreadableError(
                f"The guide cannot be unpacked: {error or type(error).__name__}.",
                remedy="The file may have broken off while it was fetched; the guide that was there before stands.",
            ) from error


def _opened(file: IO[bytes], stack: ExitStack) -> IO[bytes]:
    plain = file
    for _ in range(_DEEPEST):
        first = plain.read(6)
        plain.seek(0)
        opener = next((made for mark, made in _PACKINGS if first.startswith(mark)), None)
        if opener is not None:
            plain = stack.enter_context(opener(plain))
        elif first.startswith(_ZIP):
            plain = stack.enter_context(_largest(stack.enter_context(zipfile.ZipFile(plain))))
        else:
            break
    return plain


def _largest(packed: zipfile.ZipFile) -> IO[bytes]:
    """The guide in an archive: its largest file, those called .xml first."""
    members = [one for one in packed.infolist() if not one.is_dir()]
    if not members:
        raise zipfile.BadZipFile("there is no file in it")
    best = max(members, key=lambda one: (one.filename.lower().endswith((".xml", ".xmltv")), one.file_size))
    return packed.open(best)
