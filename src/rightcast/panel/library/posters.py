"""A still picture of a file: of a few key frames the one that shows most."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av
import numpy as np
from PIL.Image import fromarray

if TYPE_CHECKING:
    from pathlib import Path

    from av.container import InputContainer
    from PIL.Image import Image

PLACES = (0.1, 0.25, 0.4, 0.6, 0.8)
WIDTH = 640
QUALITY = 82


def write_poster(media: Path, target: Path) -> bool:
    """Write a JPEG of at most 640 pixels width; False when the file has no picture that can be decoded."""
    best: Image | None = None
    most = -1.0
    try:
        with av.open(str(media)) as container:
            for place in PLACES:
                image = _picture(container, place)
                contrast = -1.0 if image is None else float(np.asarray(image.convert("L")).std())
                if contrast > most:
                    best, most = image, contrast
    except av.error.FFmpegError:
        return False
    if best is None:
        return False
    best.thumbnail((WIDTH, WIDTH))
    best.save(target, "JPEG", quality=QUALITY, optimize=True)
    return True


def _picture(container: InputContainer, place: float) -> Image | None:
    """The key frame before a place in the file, 0.0 to 1.0."""
    stream = container.streams.video[0] if container.streams.video else None
    if stream is None:
        return None
    container.seek(int((container.duration or 0) * place), backward=True)
    for frame in container.decode(stream):
        return fromarray(frame.to_ndarray(format="rgb24"))
    return None
