"""Playlists of HLS as text: what a reader of the standard finds in them."""

from __future__ import annotations

import contextlib

import m3u8
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.formats.hls.blocking import Directives, Standing, read_directives, too_far
from rightcast.formats.hls.master import AUDIO, Alternative, Variant, master_playlist, unique_names
from rightcast.formats.hls.media import LowLatency, MediaPart, MediaSegment, media_playlist, skippable
from rightcast.formats.hls.tags import DateRange, Key, quoted


def segment(sequence: int, epoch: int = 0, **more: object) -> MediaSegment:
    return MediaSegment(sequence, epoch, 2.0, 1_700_000_000 + 2 * sequence, f"{sequence}.m4s", **more)  # type: ignore[arg-type]


def test_a_plain_playlist_of_transport_stream_needs_no_more_than_version_three() -> None:
    text = media_playlist([MediaSegment(7, 3, 2.0, 1_700_000_000.25, "7.ts")], target_duration=2)
    assert text.splitlines() == [
        "#EXTM3U",
        "#EXT-X-VERSION:3",
        "#EXT-X-TARGETDURATION:2",
        "#EXT-X-MEDIA-SEQUENCE:7",
        "#EXT-X-DISCONTINUITY-SEQUENCE:3",
        "#EXT-X-PROGRAM-DATE-TIME:2023-11-14T22:13:20.250Z",
        "#EXTINF:2.00000,",
        "7.ts",
    ]


def test_a_map_is_named_once_and_again_behind_a_discontinuity() -> None:
    rows = [segment(1, map_uri="a.mp4"), segment(2, map_uri="a.mp4"), segment(3, 1, map_uri="b.mp4")]
    lines = media_playlist(rows, target_duration=2).splitlines()
    assert [line for line in lines if "MAP" in line] == ['#EXT-X-MAP:URI="a.mp4"', '#EXT-X-MAP:URI="b.mp4"']
    assert lines.index("#EXT-X-DISCONTINUITY") == lines.index('#EXT-X-MAP:URI="b.mp4"') - 1


def test_keys_are_named_where_they_change_and_their_end_is_said() -> None:
    first, second = Key(method="AES-128", uri="1.key", iv=bytes(15) + b"\x0a"), Key(method="AES-128", uri="2.key")
    rows = [segment(1, keys=(first,)), segment(2, keys=(first,)), segment(3, keys=(second,)), segment(4)]
    found = [line for line in media_playlist(rows, target_duration=2).splitlines() if "KEY" in line]
    assert found == [
        '#EXT-X-KEY:METHOD=AES-128,URI="1.key",IV=0x0000000000000000000000000000000A',
        '#EXT-X-KEY:METHOD=AES-128,URI="2.key"',
        "#EXT-X-KEY:METHOD=NONE",
    ]


def test_a_date_range_carries_its_cue() -> None:
    line = DateRange(id="5", start=1_700_000_000, planned=30, cue_out=b"\xfc\x30").line()
    assert line == (
        '#EXT-X-DATERANGE:ID="5",START-DATE="2023-11-14T22:13:20.000Z",PLANNED-DURATION=30.000,SCTE35-OUT=0xFC30'
    )


def test_a_segment_that_is_being_written_has_parts_alone() -> None:
    part = MediaPart(0.24, "1.3.m4s", independent=True)
    unfinished = MediaSegment(2, 0, 0.0, 1_700_000_004, "", parts=(part,))
    text = media_playlist([segment(1), unfinished], target_duration=2, low_latency=LowLatency(part_target=0.25))
    assert text.rstrip().endswith('#EXT-X-PART:DURATION=0.24000,URI="1.3.m4s",INDEPENDENT=YES')
    assert text.count("#EXTINF") == 1


@given(st.integers(0, 60), st.integers(1, 6))
def test_what_a_delta_update_skips_lies_beyond_its_boundary(count: int, target: int) -> None:
    rows = [MediaSegment(number, 0, float(target), 0.0, f"{number}") for number in range(count)]
    skipped = skippable(rows, target)
    assert skipped == max(0, count - 6)


@given(st.text())
def test_text_in_quotes_never_ends_the_line_or_the_quotes(text: str) -> None:
    inside = quoted(text)[1:-1]
    assert not set(inside) & set('"\r\n')


@given(st.lists(st.sampled_from(["Italiano", "English", "Sound"])))
def test_no_name_stands_twice_in_a_group(names: list[str]) -> None:
    found = unique_names(names)
    assert len(set(found)) == len(found) == len(names)


def test_a_variant_counts_the_dearest_sound_of_its_group() -> None:
    sounds = [
        Alternative(kind=AUDIO, group="a", name="One", uri="1.m3u8", codecs="mp4a.40.2", bandwidth_bps=64_000),
        Alternative(kind=AUDIO, group="a", name="Two", uri="2.m3u8", codecs="mp4a.40.2", bandwidth_bps=192_000),
        Alternative(kind=AUDIO, group="b", name="One", uri="3.m3u8", codecs="ac-3", bandwidth_bps=448_000),
    ]
    variant = Variant(uri="v.m3u8", bandwidth_bps=1_000_000, average_bps=900_000, codecs=("avc1.64001f",), audio="a")
    info = m3u8.loads(master_playlist([variant], sounds)).playlists[0].stream_info
    assert (info.bandwidth, info.average_bandwidth) == (1_192_000, 1_092_000)
    assert info.codecs == "avc1.64001f,mp4a.40.2"


@pytest.mark.parametrize(
    ("standing", "sequence", "part", "there"),
    [
        (Standing(5, 3, closed=False), 4, None, True),
        (Standing(5, 3, closed=False), 5, None, False),
        (Standing(5, 3, closed=False), 5, 2, True),
        (Standing(5, 3, closed=False), 5, 3, False),
        (Standing(5, 8, closed=True), 5, None, True),
        (Standing(5, 8, closed=True), 5, 8, False),
        (Standing(6, 1, closed=False), 5, 99, True),
        (Standing(5, 8, closed=True), 6, 0, False),
    ],
)
def test_a_playlist_knows_what_it_has(standing: Standing, sequence: int, part: int | None, there: bool) -> None:
    assert standing.has(sequence, part) is there


def test_two_segments_ahead_may_be_waited_for_and_no_more() -> None:
    now = Standing(5, 3, closed=False)
    assert not too_far(Directives(7), now)
    assert too_far(Directives(8), now)


@given(st.dictionaries(st.sampled_from(["_HLS_msn", "_HLS_part", "_HLS_skip", "x"]), st.text(max_size=25)))
def test_directives_are_read_or_refused_whatever_comes(fields: dict[str, str]) -> None:
    with contextlib.suppress(ValueError):
        found = read_directives(fields)
        assert found.part is None or found.sequence is not None
