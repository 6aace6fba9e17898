"""A picture worker's process: looks come in on standard input, what was seen goes out on standard output.

Started by the pool as `python -m rightcast.headend.pictures.worker`; it ends when its input closes.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import av
import setproctitle

from rightcast.formats.mpegts import samples
from rightcast.formats.mpegts.packets import PACKET_BYTES
from rightcast.headend.pictures import ear, eye
from rightcast.headend.pictures.orders import LENGTH_BYTES, Look, Seen, decode_look, frame

if TYPE_CHECKING:
    from rightcast.headend.pictures.orders import Picture, Sound

MEMORY_BYTES = 2 << 30
"""Address space: a picture that claims to be 16384 wide fails here, not at the machine's end."""


def look_at(order: Look) -> Seen:
    """Carry out one look."""
    try:
        with Path(order.path).open("rb") as file:
            data = file.read(order.size)
    except OSError:
        data = b""
    if len(data) < PACKET_BYTES:
        return Seen(number=order.number, picture_trouble="gone", sound_trouble="gone")
    picture, picture_trouble = _look(data, order) if order.video_pid >= 0 else (None, "")
    sound, sound_trouble = _listen(data, order) if order.audio_pid >= 0 else (None, "")
    return Seen(
        number=order.number,
        picture=picture,
        picture_trouble=picture_trouble,
        sound=sound,
        sound_trouble=sound_trouble,
    )


def _look(data: bytes, order: Look) -> tuple[Picture | None, str]:
    trouble = _obstacle(data, order.video_pid, known=eye.can_see(order.video_codec))
    if trouble:
        return None, trouble
    units = samples.units(data, order.video_pid, most=eye.UNITS, most_bytes=eye.MOST_UNIT_BYTES)
    picture = eye.see(order.video_codec, units) if units else None
    return picture, "" if picture is not None else "undecodable"


def _listen(data: bytes, order: Look) -> tuple[Sound | None, str]:
    trouble = _obstacle(data, order.audio_pid, known=ear.can_hear(order.audio_codec))
    if trouble:
        return None, trouble
    units = samples.units(data, order.audio_pid, most=ear.UNITS, most_bytes=ear.MOST_UNIT_BYTES)
    sound = ear.hear(order.audio_codec, units) if units else None
    return sound, "" if sound is not None else "undecodable"


def _obstacle(data: bytes, pid: int, *, known: bool) -> str:
    if not samples.comes(data, pid):
        return "absent"
    if samples.is_scrambled(data, pid):
        return "scrambled"
    return "" if known else "unknown"


def main(orders: BinaryIO, answers: BinaryIO) -> None:
    """Answer looks until there are no more."""
    while True:
        head = orders.read(LENGTH_BYTES)
        if len(head) < LENGTH_BYTES:
            return
        body = orders.read(int.from_bytes(head, "big"))
        answers.write(frame(look_at(decode_look(body))))
        answers.flush()


def _settle() -> None:
    """Take a name, and no more memory than a sound stream needs."""
    setproctitle.setproctitle("rightcast: pictures")
    av.logging.set_level(av.logging.PANIC)  # a broken stream would fill the log
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    _settle()
    main(sys.stdin.buffer, sys.stdout.buffer)
