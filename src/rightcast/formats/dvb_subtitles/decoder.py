"""Follows one page of DVB subtitles through a stream: which images it shows, and from when on.

ETSI EN 300 743 section 5 (epochs, regions that stay from one display set to the next) and section 7.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from rightcast.formats.dvb_subtitles import parts
from rightcast.formats.dvb_subtitles.colours import Clut, Colour
from rightcast.formats.dvb_subtitles.pixels import Canvas, draw

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rightcast.formats.mpegts.pes import Pes

_SD_LINES = 576


class Image(NamedTuple):
    """A picture at a place of the display. `pixels`: a byte each, places in `colours`, row by row."""

    x: int
    y: int
    width: int
    height: int
    pixels: bytes
    colours: tuple[Colour, ...]


class Shown(NamedTuple):
    """From `time` (ticks, as in the stream) on these images are shown on `display`, for `timeout_s` at most."""

    time: int
    timeout_s: int
    display: parts.Display
    images: tuple[Image, ...]


@dataclass(slots=True)
class _Surface:
    """A region with what was drawn in it."""

    region: parts.Region
    canvas: Canvas


class PageDecoder:
    """Feed PES packets in order, take what they show. `page`: of the composition.

    `ancillary`: the page that several subtitles share for their objects and colours.
    """

    def __init__(self, page: int, *, ancillary: int | None = None) -> None:
        self._pages = {page, page if ancillary is None else ancillary}
        self._own = page
        self._time: int | None = None
        self._display = parts.Display()
        self._page: parts.Page | None = None
        self._changed = False
        self._surfaces: dict[int, _Surface] = {}
        self._cluts: dict[int, Clut] = {}
        self._shown: list[Shown] = []

    def feed(self, packets: Iterable[Pes]) -> list[Shown]:
        """What these packets complete, in order."""
        for pes in packets:
            if pes.pts is not None and pes.pts != self._time:
                self._complete()  # senders without an end of their display sets
                self._time = pes.pts
            for part in parts.parts(pes.payload):
                if part.page in self._pages:
                    self._take(part)
        return self._given()

    def finish(self) -> list[Shown]:
        """What is shown at the end of the data, though the end of its display set did not come."""
        self._complete()
        return self._given()

    def _given(self) -> list[Shown]:
        shown, self._shown = self._shown, []
        return shown

    def _take(self, part: parts.Part) -> None:
        match part.kind:
            case parts.DISPLAY:
                self._display = parts.read_display(part.body) or self._display
            case parts.PAGE if part.page == self._own:
                self._compose(parts.read_page(part.body))
            case parts.REGION:
                self._open(parts.read_region(part.body))
            case parts.CLUT if part.body:
                clut = self._cluts.setdefault(part.body[0], Clut())
                clut.change(part.body, hd=self._display.height > _SD_LINES)
                self._changed = True
            case parts.OBJECT:
                self._draw(parts.read_object(part.body))
            case parts.END if part.page == self._own:
                self._complete()

    def _compose(self, page: parts.Page | None) -> None:
        if page is None:
            return
        if page.anew:
            self._surfaces.clear()
            self._cluts.clear()
        self._page, self._changed = page, True

    def _open(self, region: parts.Region | None) -> None:
        """A region is there, or shows other objects; it keeps its pixels unless it is to be filled."""
        if region is None:
            return
        known = self._surfaces.get(region.id)
        size = region.width * region.height
        if known is not None and region.fill is None and _shape(known.region) == _shape(region):
            canvas = known.canvas
        else:
            others = sum(len(one.canvas.pixels) for one in self._surfaces.values() if one is not known)
            if others + size > parts.MOST_PIXELS:
                return
            canvas = Canvas(region.width, region.height, region.depth, bytearray((region.fill or 0,)) * size)
        self._surfaces[region.id] = _Surface(region, canvas)
        self._changed = True

    def _draw(self, fields: parts.Fields | None) -> None:
        """An object is drawn where regions say that it stands, as soon as it comes."""
        if fields is None:
            return
        for surface in self._surfaces.values():
            for one in surface.region.objects:
                if one.id == fields.id:
                    draw(surface.canvas, fields.top, x=one.x, y=one.y, keeps_1=fields.keeps_1)
                    draw(surface.canvas, fields.bottom, x=one.x, y=one.y + 1, keeps_1=fields.keeps_1)
                    self._changed = True

    def _complete(self) -> None:
        if self._page is None or self._time is None or not self._changed:
            return
        self._changed = False
        images = [self._image(one) for one in self._page.regions if one.id in self._surfaces]
        seen = tuple(one for one in images if one is not None)
        self._shown.append(Shown(self._time, self._page.timeout_s, self._display, seen))

    def _image(self, placed: parts.Placed) -> Image | None:
        """A region as it is seen, without its clear margins; None where it is clear altogether."""
        surface = self._surfaces[placed.id]
        canvas, clut = surface.canvas, self._cluts.get(surface.region.clut)
        colours = (clut or Clut()).table(canvas.depth)
        visible = bytes(1 if place < len(colours) and colours[place][3] else 0 for place in range(256))
        mask = bytes(canvas.pixels).translate(visible)
        if 1 not in mask:
            return None
        top, bottom = mask.index(1) // canvas.width, mask.rindex(1) // canvas.width + 1
        rows = [mask[row * canvas.width : (row + 1) * canvas.width] for row in range(top, bottom)]
        left = min(row.index(1) for row in rows if 1 in row)
        right = max(row.rindex(1) for row in rows if 1 in row) + 1
        pixels = b"".join(
            canvas.pixels[row * canvas.width + left : row * canvas.width + right] for row in range(top, bottom)
        )
        x, y = self._display.left + placed.x + left, self._display.top + placed.y + top
        return Image(x, y, right - left, bottom - top, pixels, colours)


def _shape(region: parts.Region) -> tuple[int, int, int]:
    return region.width, region.height, region.depth
