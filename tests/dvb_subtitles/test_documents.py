"""Images of subtitles in documents of IMSC1, as the players' own readers take them apart."""

from __future__ import annotations

import base64
import io
import xml.etree.ElementTree as ET

import av
import pytest
from av.subtitles.subtitle import BitmapSubtitle
from PIL import Image

from rightcast.formats.dvb_subtitles.images import imsc_segment, spans
from rightcast.formats.isobmff.boxes import find
from rightcast.formats.isobmff.captions import document_fragment, documents_init
from tests.dvb_subtitles.sender import END as SET_END
from tests.dvb_subtitles.sender import PAGE, PID, Sender, bitmap, colours, composition, region, subtitle

S = 90_000
START = 100_000 * S
TT, SMPTE = "{http://www.w3.org/ns/ttml}", "{http://www.smpte-ra.org/schemas/2052-1/2010/smpte-tt}"
STYLE, XML_ID = "{http://www.w3.org/ns/ttml#styling}", "{http://www.w3.org/XML/1998/namespace}id"


def written(*sets: bytes) -> ET.Element:
    send = Sender().send
    data = b"".join(send(START + S // 2 * number, one) for number, one in enumerate(sets))
    shown = spans(data, pid=PID, page=PAGE, start=START, length=2 * S)
    return ET.fromstring(imsc_segment(shown, start=START, language="it"))


def pixels(image: ET.Element) -> list[tuple[int, ...]]:
    """Red, green, blue and opacity of each pixel of an embedded PNG."""
    with Image.open(io.BytesIO(base64.b64decode(image.text or ""))) as opened:
        data = opened.convert("RGBA").tobytes()
    return [tuple(data[at : at + 4]) for at in range(0, len(data), 4)]


def test_an_image_lies_in_a_region_of_its_own_size_at_the_streams_own_time() -> None:
    found = written(subtitle(100, 460, 16, 8), composition() + SET_END)
    assert found.get(f"{STYLE}extent") == "720px 576px"
    (shown,), (place,), (image,) = (list(found.iter(name)) for name in (f"{TT}div", f"{TT}region", f"{SMPTE}image"))
    assert (shown.get("begin"), shown.get("end")) == ("27:46:40.000", "27:46:40.500")
    assert shown.get("region") == place.get(XML_ID)
    assert shown.get(f"{SMPTE}backgroundImage") == f"#{image.get(XML_ID)}"
    assert (place.get(f"{STYLE}origin"), place.get(f"{STYLE}extent")) == ("100px 460px", "16px 8px")
    assert pixels(image) == [(255, 255, 255, 255)] * 16 * 8


def test_a_segment_without_subtitles_is_a_document_that_shows_nothing() -> None:
    found = written()
    assert [one.tag for one in found] == [f"{TT}body"]
    assert len(found[0]) == 0


def test_a_fragment_holds_the_document_and_says_its_time() -> None:
    init, fragment = documents_init(PID), document_fragment(PID, 3, start=START, length=S, document=b"<tt/>")
    assert b"stpp" in init
    assert b"subt" in init
    start, end = find(fragment, b"mdat") or (0, 0)
    assert fragment[start:end] == b"<tt/>"
    time, _ = find(fragment, b"moof", b"traf", b"tfdt") or (0, 0)
    assert int.from_bytes(fragment[time + 4 : time + 12], "big") == START


def seen_by_ffmpeg(display_set: bytes) -> tuple[tuple[int, int, int, int], bytes]:
    """Place and size of the one image that ffmpeg's decoder makes of a display set, and its pixels."""
    decoder = av.CodecContext.create("dvbsub", "r")
    decoder.extradata = bytes((0, PAGE, 0, PAGE, 0x10))
    (rect,) = decoder.decode2(av.Packet(display_set)).rects
    assert isinstance(rect, BitmapSubtitle)
    return (rect.x, rect.y, rect.width, rect.height), bytes(rect.planes[0])


@pytest.mark.parametrize("depth", [2, 4, 8])
def test_ffmpeg_reads_the_same_picture(depth: int) -> None:
    """Lines of all kinds of runs, by a reading that is not ours."""
    lengths = ([1, 2, 3, 4, 7, 8, 9, 24, 25, 200], [30, 60, 90, 2, 1], [5, 1, 11, 1, 2, 77, 12, 29], [280, 1])
    last = (1 << depth) - 1
    rows = [
        b"".join(bytes((n % last + 1,)) * n + b"\0" * (n % 11) for n in row).ljust(400, b"\1")[:400] for row in lengths
    ]
    display_set = b"".join((
        composition((0, 40, 60)),
        region(400, 4, (0, 0, 0), depth=depth),
        colours({entry: (40 + entry % 180, 90, 200 - entry % 60, 0) for entry in range(last + 1)}),
        bitmap(rows, depth=depth),
        SET_END,
    ))  # fmt: skip
    shown = spans(Sender().send(START, display_set), pid=PID, page=PAGE, start=START, length=S)
    (image,) = shown[0].images
    where, pixels_seen = seen_by_ffmpeg(display_set)
    assert where == (image.x, image.y, image.width, image.height)
    assert pixels_seen == image.pixels
