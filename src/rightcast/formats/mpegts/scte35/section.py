"""Whole splice information sections (SCTE 35 section 9.6): bytes to record and back, and as text.

Reserved bits are written as 1, as the standard wants; everything else of a sound section survives both ways.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import replace

from rightcast.domain.errors import BadCueError
from rightcast.formats.mpegts.scte35.bits import Reader, Writer
from rightcast.formats.mpegts.scte35.commands import decode_command, encode_command
from rightcast.formats.mpegts.scte35.descriptors import decode_descriptors, encode_descriptors
from rightcast.formats.mpegts.scte35.records import (
    PTS_BITS,
    Command,
    Cue,
    EncryptedBody,
    PrivateCommand,
    UnknownCommand,
)
from rightcast.formats.mpegts.sections import crc32

TABLE_ID = 0xFC
_HEAD_BYTES = 13  # up to the command's type
_CHECKSUM_BYTES = 4
_LENGTH_UNKNOWN = 0xFFF
_HEX = re.compile(r"(?:0[xX])?((?:[0-9a-fA-F]{2})+)")


def decode(section: bytes) -> Cue:
    """Read one section, bytes behind its own length left aside. Raises BadCueError, and nothing else."""
    section = _sound(section)
    reader = Reader(section[:-_CHECKSUM_BYTES])
    reader.skip(10)
    sap_type = reader.take(2)
    reader.skip(12)
    version, encrypted, algorithm = reader.take(8), reader.flag(), reader.take(6)
    adjustment, cw_index, tier = reader.take(PTS_BITS), reader.take(8), reader.take(12)
    length = reader.take(12)
    head = Cue(
        command=EncryptedBody(data=b""),
        pts_adjustment=adjustment,
        tier=tier,
        cw_index=cw_index,
        encryption_algorithm=algorithm,
        protocol_version=version,
        sap_type=sap_type,
    )
    if encrypted:
        return replace(head, command=EncryptedBody(data=reader.rest()), encrypted_command_length=length)
    command_type = reader.take(8)
    if length == _LENGTH_UNKNOWN:
        command = decode_command(command_type, reader)
    else:
        inner = Reader(reader.raw(length))
        command = _with_rest(decode_command(command_type, inner), inner.rest())
    descriptors = decode_descriptors(reader.raw(reader.take(16)))
    return replace(
        head,
        command=command,
        descriptors=descriptors,
        length_unknown=length == _LENGTH_UNKNOWN,
        stuffing=reader.rest(),
    )


def encode(cue: Cue) -> bytes:
    """Write one section with its checksum. Raises BadCueError when a field does not fit."""
    if isinstance(cue.command, EncryptedBody):
        length, body = cue.encrypted_command_length, cue.command.data
    else:
        command_type, command = encode_command(cue.command)
        loop = encode_descriptors(cue.descriptors)
        length = _LENGTH_UNKNOWN if cue.length_unknown else len(command)
        writer = Writer().put(command_type, 8, "splice_command_type").raw(command)
        body = writer.put(len(loop), 16, "descriptor_loop_length").raw(loop).raw(cue.stuffing).done()
    writer = Writer().put(TABLE_ID, 8, "table_id").put(0, 2, "indicators").put(cue.sap_type, 2, "sap_type")
    writer.put(_HEAD_BYTES - 3 + len(body) + _CHECKSUM_BYTES, 12, "section_length")
    writer.put(cue.protocol_version, 8, "protocol_version").flag(cue.is_encrypted)
    writer.put(cue.encryption_algorithm, 6, "encryption_algorithm").put(cue.pts_adjustment, PTS_BITS, "pts_adjustment")
    writer.put(cue.cw_index, 8, "cw_index").put(cue.tier, 12, "tier").put(length, 12, "splice_command_length")
    section = writer.raw(body).done()
    return section + crc32(section).to_bytes(_CHECKSUM_BYTES, "big")


def from_text(text: str) -> Cue:
    """A section written as hexadecimal digits (with or without 0x) or as base64. Raises BadCueError."""
    compact = "".join(text.split())
    digits = _HEX.fullmatch(compact)
    if digits is not None and digits[1][:2].upper() == "FC":
        return decode(bytes.fromhex(digits[1]))
    try:
        return decode(base64.b64decode(compact, validate=True))
    except (binascii.Error, ValueError) as error:
        raise BadCueError(
            "The text is neither base64 nor hexadecimal digits of a cue.",
            remedy="Give the whole splice information section, such as /DAR... or 0xFC30....",
        ) from error


def to_base64(cue: Cue) -> str:
    """The section as base64."""
    return base64.b64encode(encode(cue)).decode()


def to_hex(cue: Cue) -> str:
    """The section as hexadecimal digits after 0x, as EXT-X-DATERANGE has it (RFC 8216 section 4.3.2.7.1)."""
    return f"0x{encode(cue).hex().upper()}"


def _sound(section: bytes) -> bytes:
    """The section cut to its own length, its checksum verified."""
    if len(section) < 3 or section[0] != TABLE_ID:
        raise BadCueError("The bytes are not a splice information section: they do not begin with 0xFC.")
    length = 3 + ((section[1] & 0x0F) << 8 | section[2])
    if len(section) < length or length < _HEAD_BYTES + _CHECKSUM_BYTES:
        raise BadCueError(f"The cue says it has {length} bytes, but {len(section)} are there.")
    section = section[:length]
    if crc32(section):
        raise BadCueError("The checksum of the cue is wrong: it was damaged on its way.")
    return section


def _with_rest(command: Command, rest: bytes) -> Command:
    if isinstance(command, PrivateCommand | UnknownCommand | EncryptedBody):
        return replace(command, data=rest)
    return replace(command, rest=rest)
