"""What comes out is what went in: every packet, in order, and decoders have nothing to complain about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rightcast.headend.multiplex import Multiplex
from tests.headend.ringside import Studio
from tests.headend.signals import captures, complaints, multiplex_signal, signal

if TYPE_CHECKING:
    from pathlib import Path

AAC = ("-c:a", "aac", "-b:a", "96k")
KINDS = [
    pytest.param({}, "avc1.", id="h264-aac"),
    pytest.param({"gop": 25, "rate": 50}, "avc1.", id="h264-50p"),
    pytest.param({"muxer": ("-muxrate", "2M")}, "avc1.", id="h264-constant-rate-with-stuffing"),
    pytest.param(
        {"video": ("-c:v", "mpeg2video", "-bf", "2", "-b:v", "500k"), "audio": ("-c:a", "mp2")}, "mp4v.", id="mpeg2"
    ),
    pytest.param(
        {
            "video": ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:open-gop=0"),
            "audio": ("-c:a", "ac3"),
        },
        "hvc1.",
        id="hevc-ac3",
    ),
    pytest.param({"video": None}, "mp4a.40.2", id="radio-aac"),
    pytest.param({"video": None, "audio": ("-c:a", "mp2")}, "mp4a.40.33", id="radio-mp2"),
]


@pytest.mark.parametrize(("kind", "codec"), KINDS)
def test_segments_hold_the_packets_of_the_source_and_decode(
    tmp_path: Path, kind: dict[str, object], codec: str
) -> None:
    source = signal(**kind).read_bytes()  # type: ignore[arg-type]
    studio = Studio(tmp_path / "ring")
    studio.feed(source)
    studio.silence(4)
    media = b"".join(segment.media for segment in studio.closed)
    assert len(studio.closed) >= 3
    assert source.endswith(media)
    assert len(media) > len(source) * 0.9
    assert studio.segmenter.statistics.continuity_errors == 0
    assert studio.segmenter.statistics.codecs.startswith(codec)
    whole = tmp_path / "all.ts"
    whole.write_bytes(b"".join(segment.data for segment in studio.closed))
    assert complaints(whole) == ""


def test_each_segment_decodes_alone_and_so_does_a_join_at_any_joinable_part(tmp_path: Path) -> None:
    studio = Studio(tmp_path / "ring")
    studio.feed(signal(audio=None, gop=25).read_bytes())
    studio.silence(4)
    alone = tmp_path / "alone.ts"
    for segment in studio.closed:
        for part in segment.parts:
            if part.joinable:
                tables = segment.data[: segment.opened.psi_bytes] if part.offset else b""
                alone.write_bytes(tables + segment.data[part.offset :])
                assert complaints(alone) == ""
                alone.write_bytes(tables + segment.data[part.offset : part.offset + part.size])
                assert complaints(alone) == ""


def test_services_of_a_multiplex_decode(tmp_path: Path) -> None:
    multiplex = Multiplex()
    studios = {number: Studio(tmp_path / str(number)) for number in (1, 2, 3)}
    for number, studio in studios.items():
        multiplex.attach(number, studio.segmenter.feed)
    source = multiplex_signal().read_bytes()
    for start in range(0, len(source), 188 * 50):
        multiplex.feed(source[start : start + 188 * 50], studios[1].now)
    for number, studio in studios.items():
        studio.silence(4)
        whole = tmp_path / f"{number}.ts"
        whole.write_bytes(b"".join(segment.data for segment in studio.closed))
        assert complaints(whole) == ""
        assert studio.segmenter.statistics.continuity_errors == 0
        assert len(studio.closed) >= 2


def test_a_real_capture_decodes_as_well_as_it_does_itself(tmp_path: Path) -> None:
    folder = captures()
    if folder is None:
        pytest.skip("the captures are not at hand")
    source = (folder / "bbb-h264-mp2.ts").read_bytes()
    studio = Studio(tmp_path / "ring")
    studio.feed(source * 3)
    studio.silence(4)
    assert {segment.opened.epoch for segment in studio.closed} == {0, 1, 2}
    whole = tmp_path / "all.ts"
    whole.write_bytes(b"".join(segment.data for segment in studio.closed))
    assert complaints(whole) == ""


def test_a_whole_dvb_multiplex_gives_its_services_as_channels(tmp_path: Path) -> None:
    folder = captures()
    if folder is None:
        pytest.skip("the captures are not at hand")
    source = (folder / "dvb-t-mux-8-services.ts").read_bytes()
    multiplex = Multiplex()
    multiplex.feed(source, 0.0)
    services = multiplex.services
    assert [service.name for service in services.values()][:2] == ["Rai 1", "Rai 2"]
    studios = {number: Studio(tmp_path / str(number)) for number in services}
    for number, studio in studios.items():
        multiplex.attach(number, studio.segmenter.feed)
    for start in range(0, len(source) * 3, 188 * 1400):
        place = start % len(source)
        multiplex.feed(source[place : place + 188 * 1400], studios[3401].now)
    assert all(studio.closed for studio in studios.values())
    kinds = {stream.codec for stream in services[3401].streams}
    assert {"mpeg2video", "mp2", "teletext"} <= kinds
    assert not studios[3404].ring.video
