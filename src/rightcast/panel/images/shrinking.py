"""A picture of any kind made small: JPEG, or PNG where it is transparent. Bombs are refused still packed."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image, ImageOps, UnidentifiedImageError

from rightcast.domain.errors import InvalidInputError
from rightcast.domain.images import SIZES

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

MOST_PIXELS = 40_000_000
_KINDS = ("JPEG", "PNG", "WEBP", "GIF")
_QUALITY = 82


def shrunk(data: bytes) -> dict[str, bytes]:
    """The picture in every size. Raises InvalidInputError for what is none, or too large to unpack."""
    try:
        with Image.open(io.BytesIO(data), formats=_KINDS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise InvalidInputError(f"It has {picture.width} x {picture.height} pixels, which is too many.")
            picture.draft("RGB", (SIZES["l"], SIZES["l"]))
            whole = _plain(ImageOps.exif_transpose(picture))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise InvalidInputError("It is no JPEG, PNG, WebP or GIF that can be read.") from error
    return {size: _encoded(whole, side) for size, side in SIZES.items()}


def _plain(picture: Picture) -> Picture:
    has_alpha = picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info
    return picture.convert("RGBA" if has_alpha else "RGB")


def _encoded(whole: Picture, side: int) -> bytes:
    picture = whole.copy()
    picture.thumbnail((side, side))
    out = io.BytesIO()
    if picture.mode == "RGBA":
        picture.save(out, "PNG", optimize=True)
    else:
        picture.save(out, "JPEG", quality=_QUALITY, optimize=True, progressive=True)
    return out.getvalue()
