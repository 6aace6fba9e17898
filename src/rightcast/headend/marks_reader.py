"""Small grey pictures of a file of unknown origin, as the search for marks wants them."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import numpy as np

from rightcast.domain.errors import InvalidInputError
from rightcast.formats.marks import HEIGHT, RATE_HZ, WIDTH

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

LONGEST_S = 1800
_PATIENCE_S = 900.0


def grey_pictures(ffmpeg: str, path: Path) -> npt.NDArray[np.uint8]:
    """The first half hour of a file, RATE_HZ pictures a second (frames, HEIGHT, WIDTH). Raises InvalidInputError."""
    command = [
        ffmpeg, "-nostdin", "-hide_banner", "-loglevel", "error",
        "-protocol_whitelist", "file",  # what somebody sent must not make us fetch anything
        "-t", str(LONGEST_S),
        "-i", f"file:{path.absolute()}",
        "-map", "0:v:0",
        # Averaging over areas, so that no detail of the picture passes for the wave.
        "-vf", f"fps={RATE_HZ},scale={WIDTH}:{HEIGHT}:flags=area,format=gray",
        "-f", "rawvideo", "pipe:1",
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, timeout=_PATIENCE_S, check=False)  # noqa: S603 - a list
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _unreadable(path, str(error)) from error
    size = WIDTH * HEIGHT
    count = len(done.stdout) // size
    if not count:
        raise _unreadable(path, done.stderr.decode("utf-8", "replace").strip()[-300:] or "it holds no pictures")
    return np.frombuffer(done.stdout, np.uint8, count * size).reshape(count, HEIGHT, WIDTH)


def seen_by(program: Path, path: Path) -> npt.NDArray[np.float64]:
    """What another marker's own detector sees: a number on each line, RATE_HZ of them a second of the file.

    The sign of its wave against CARRIER_HZ tells the variants apart, as with the station's own. Raises
    InvalidInputError.
    """
    try:
        done = subprocess.run(  # noqa: S603 - the operator's own program, and a list
            [program, path.absolute()], capture_output=True, timeout=_PATIENCE_S, check=True
        )
        return np.array([float(line) for line in done.stdout.split()])
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise InvalidInputError(
            f"{program} does not say what it sees: {error}", remedy="It must print numbers.", field="with"
        ) from error


def _unreadable(path: Path, why: str) -> InvalidInputError:
    return InvalidInputError(
        f"{path.name} cannot be read as pictures: {why}", remedy="Give a file that a player shows.", field="file"
    )
