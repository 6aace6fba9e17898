"""A process that reads pieces of a guide beside the one that imports it: `python -m rightcast.panel.guide.piece_child`.

It takes a task on its standard input, answers it on its standard output, and ends with its input. It knows neither
Django nor the database.
"""

from __future__ import annotations

import struct
import sys
from dataclasses import dataclass
from typing import IO

import msgspec

from rightcast.formats.xmltv_pieces import Read, read_piece
from rightcast.formats.xmltv_times import zone_of
from rightcast.panel.guide.spool import Sheaf

_LENGTH = struct.Struct("<I")


@dataclass(frozen=True, slots=True)
class Task:
    """A piece to read: with which XML declaration, from which line of the guide on, on which clock."""

    declaration: bytes
    line: int
    zone: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What it told, and its shows."""

    read: Read
    sheaf: Sheaf


def answered(task: Task) -> Answer:
    """Read a piece."""
    zone = zone_of(task.zone) if task.zone else None
    sheaf = Sheaf()
    read = read_piece(task.data, task.declaration, task.line, zone, sheaf.add)
    return Answer(read, sheaf if read.sound else Sheaf())


def send(stream: IO[bytes], message: bytes) -> None:
    """Send a message."""
    stream.write(_LENGTH.pack(len(message)))
    stream.write(message)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes:
    """A message. Raises EOFError at the end of the stream."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    (length,) = _LENGTH.unpack(head)
    message = stream.read(length)
    if len(message) < length:
        raise EOFError
    return message


def main() -> None:
    """Answer until the input ends."""
    while True:
        try:
            message = receive(sys.stdin.buffer)
        except EOFError:
            return
        send(sys.stdout.buffer, msgspec.msgpack.encode(answered(msgspec.msgpack.decode(message, type=Task))))


if __name__ == "__main__":
    main()
