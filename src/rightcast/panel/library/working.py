"""One harvest at work: its stretch looked up on the reel, its files at hand, the cutter as a child with a deadline."""

from __future__ import annotations

import os
import select
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

import msgspec

from rightcast.panel.library.orders import Order, Outcome, Piece
from rightcast.state.archive.reel import ReelReader

if TYPE_CHECKING:
    from pathlib import Path

    from rightcast.state.archive.reel import Kept

NOTHING = Outcome(error="Nothing of this stretch is kept.")
FETCH_S = 600.0
"""A file that lies in a store must have come by then."""
SILENT_S = 120.0
"""A cutter that says nothing for so long hangs."""
_LOOK_S = 0.5
_NICE = ("nice", "-n", "10")
_decoder = msgspec.json.Decoder(Outcome)

Going = Callable[[float], bool]
"""Told how far the work is, 0.0 to 1.0; False: it is to stop."""


def work(reel: Path, span: tuple[float, float], target: Path, *, exact: bool, going: Going) -> Outcome | None:
    """Cut `span` (unix seconds) of a reel into `target` and a poster beside it. None: it was told to stop.

    What cannot be done is told in the outcome's `error`, in words.
    """
    start, stop = span
    with ExitStack() as held:
        try:
            reader = held.enter_context(closing(ReelReader(reel)))
            kept = _stretch(reader, start, stop)
            if not kept:
                return NOTHING
            opened = _opened(reader, kept, held, going)
        except (sqlite3.Error, OSError):
            return NOTHING
        if opened is None:
            return None
        if len(opened) < len({one.file for one in kept}):
            return Outcome(error="The store did not give back what lies there; try again later.")
        pieces = [Piece(opened[one.file], one.offset, one.size, one.start, one.epoch) for one in kept]
        order = Order(pieces, start, stop, str(target), str(target.with_suffix(".jpg")), exact)
        return _cut(order, going)


def _stretch(reader: ReelReader, start: float, stop: float) -> list[Kept]:
    """The segments of a stretch, and the one behind it where its key frame ends the last group of pictures."""
    kept = reader.between(start, stop)
    behind = reader.after(kept[-1].number, 1) if kept else []
    return [*kept, *(one for one in behind if one.epoch == kept[-1].epoch)]


def _opened(reader: ReelReader, kept: list[Kept], held: ExitStack, going: Going) -> dict[int, str] | None:
    """Paths of the files, held open until the end so that nothing is forgotten meanwhile; fetched where they must be.

    Fewer than wanted when a store does not answer in time; None when the work is to stop. Raises OSError.
    """
    deadline = time.monotonic() + FETCH_S
    paths: dict[int, str] = {}
    for file in dict.fromkeys(one.file for one in kept):
        while (descriptor := reader.open_file(file)) is None:
            if time.monotonic() > deadline:
                return paths
            if not going(0.0):
                return None
            time.sleep(_LOOK_S)
        held.callback(os.close, descriptor)
        paths[file] = f"/proc/{os.getpid()}/fd/{descriptor}"
    return paths


def _cut(order: Order, going: Going) -> Outcome | None:
    process = subprocess.Popen(  # noqa: S603 - our own program
        [*_NICE, sys.executable, "-m", "rightcast.panel.library.cutting"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("pipes were asked for")
    try:
        process.stdin.write(msgspec.json.encode(order))
        process.stdin.close()
        return _followed(process.stdout.fileno(), going)
    except BrokenPipeError:
        return Outcome()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def _followed(descriptor: int, going: Going) -> Outcome | None:
    """What the cutter says until it ends; looked at twice a second, whatever it says."""
    outcome, rest, heard = Outcome(), b"", time.monotonic()
    while True:
        if not going(outcome.progress):
            return None
        if not select.select([descriptor], [], [], _LOOK_S)[0]:
            if time.monotonic() - heard > SILENT_S:
                return Outcome(error="The cutting process hung and was ended; try again.")
            continue
        data = os.read(descriptor, 1 << 16)
        if not data:
            return outcome
        heard = time.monotonic()
        *lines, rest = (rest + data).split(b"\n")
        if lines:
            outcome = _decoder.decode(lines[-1])
