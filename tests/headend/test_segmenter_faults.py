"""Sources that stop, jump, wrap, change or get damaged: the ring goes on and says where it broke."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.formats.mpegts.continuity import ContinuityCheck
from rightcast.formats.mpegts.packets import Packets, headers_of
from rightcast.formats.mpegts.units import WRAP
from tests.headend.ringside import START, Studio
from tests.headend.signals import AUDIO_PID, VIDEO_PID, Pictures, edited, packets_of, pid_of, signal

if TYPE_CHECKING:
    from pathlib import Path


def epochs(studio: Studio) -> list[int]:
    return [segment.opened.epoch for segment in studio.closed]


def test_silence_closes_the_segment_and_what_follows_is_a_new_epoch(tmp_path: Path) -> None:
    pictures = Pictures()
    studio = Studio(tmp_path)
    studio.feed(pictures.take(80))
    studio.silence(2.5)
    assert len(studio.closed) == 1
    studio.silence(0.6)
    assert [segment.duration for segment in studio.closed] == [2.0, 1.2]
    pictures.take(20)
    studio.feed(pictures.take(110))
    assert epochs(studio)[2:] == [1] * len(epochs(studio)[2:])
    assert studio.segmenter.statistics.continuity_errors == 0


def test_another_source_is_a_new_epoch_at_once(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    studio.feed(Pictures().take(80))
    studio.segmenter.source_changed()
    assert len(studio.closed) == 2
    studio.feed(Pictures(start=5_000, video=0x200).take(120))
    assert epochs(studio) == [0, 0, 1, 1]
    assert studio.segmenter.statistics.discontinuities == 0


def test_time_that_wraps_is_no_discontinuity(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    studio.feed(Pictures(start=WRAP - 3 * 90_000).take(260))
    assert [segment.duration for segment in studio.closed] == [2.0] * 5
    assert epochs(studio) == [0] * 5


def test_time_that_jumps_at_a_key_picture_is_a_new_epoch_without_loss(tmp_path: Path) -> None:
    first, second = Pictures().take(75), Pictures(start=30_000_000).take(105)
    studio = Studio(tmp_path)
    studio.feed(first + second)
    assert epochs(studio) == [0, 0, 1, 1]
    assert [segment.duration for segment in studio.closed] == [2.0, 1.0, 2.0, 2.0]
    media = b"".join(segment.media for segment in studio.closed)
    assert (first + second)[376:].startswith(media)
    assert studio.segmenter.statistics.discontinuities == 1


def test_time_that_jumps_back_in_a_loop_is_a_new_epoch(tmp_path: Path) -> None:
    loop = Pictures().take(40)
    studio = Studio(tmp_path)
    studio.feed(loop * 3)
    assert epochs(studio) == [0, 1]


def test_time_that_jumps_between_key_pictures_waits_for_the_next(tmp_path: Path) -> None:
    other = Pictures(start=30_000_000)
    other.take(30)
    studio = Studio(tmp_path)
    studio.feed(Pictures().take(75) + other.take(130))
    assert epochs(studio) == [0, 0, 1, 1]
    assert all(segment.media[5] & 0x40 for segment in studio.closed)
    assert [segment.duration for segment in studio.closed] == [2.0, 1.0, 2.0, 2.0]
    first = Pictures().take(75)
    assert first[376:] == studio.closed[0].media + studio.closed[1].media


def test_one_damaged_time_is_ignored(tmp_path: Path) -> None:
    seen = 0

    def damage(_: int, packet: bytearray) -> bytearray:
        nonlocal seen
        if pid_of(packet) == VIDEO_PID and packet[1] & 0x40:
            seen += 1
            if seen == 60:
                place = packet.index(b"\0\0\1") + 9
                packet[place] ^= 0x0C
        return packet

    studio = Studio(tmp_path)
    studio.feed(edited(Pictures().take(155), damage))
    assert [segment.duration for segment in studio.closed] == [2.0] * 3
    assert epochs(studio) == [0] * 3


def test_pictures_on_another_pid_are_a_new_epoch(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    studio.feed(Pictures().take(75) + Pictures(video=0x200, start=20_000_000).take(105, version=1))
    assert epochs(studio) == [0, 0, 1, 1]
    assert pid_of(studio.closed[-1].media[:188]) == 0x200


def test_sound_that_goes_is_a_new_epoch_without_loss(tmp_path: Path) -> None:
    pictures = Pictures()
    stream = pictures.take(50) + pictures.take(155, version=1, audio=None)
    studio = Studio(tmp_path)
    studio.feed(stream)
    assert epochs(studio) == [0, 1, 1, 1]
    assert [segment.duration for segment in studio.closed] == [2.0] * 4
    assert stream[376:].startswith(b"".join(segment.media for segment in studio.closed))
    assert b"\x0f\xe1\x01" not in studio.closed[2].data[:376]


def test_a_damaged_table_changes_nothing(tmp_path: Path) -> None:
    def damage(index: int, packet: bytearray) -> bytearray:
        if pid_of(packet) == 0x1000 and index > 300:
            packet[20] ^= 0xFF
        return packet

    studio = Studio(tmp_path)
    studio.feed(edited(Pictures().take(205), damage))
    assert epochs(studio) == [0] * 4


def test_lost_packets_are_counted_and_cut_nothing(tmp_path: Path) -> None:
    lost = edited(Pictures().take(205), lambda index, packet: None if index % 100 == 43 else packet)
    studio = Studio(tmp_path)
    studio.feed(lost)
    assert studio.segmenter.statistics.continuity_errors == len(packets_of(Pictures().take(205))) // 100
    assert epochs(studio) == [0] * len(studio.closed)


def test_scrambled_packets_are_counted_and_left_as_they_are(tmp_path: Path) -> None:
    def scramble(_: int, packet: bytearray) -> bytearray:
        if pid_of(packet) == AUDIO_PID:
            packet[3] |= 0x80
        return packet

    stream = edited(Pictures().take(155), scramble)
    studio = Studio(tmp_path)
    studio.feed(stream)
    assert studio.segmenter.statistics.scrambled_packets == 155
    assert stream[376:].startswith(b"".join(segment.media for segment in studio.closed))


def test_a_scrambled_picture_puts_nothing_on_air(tmp_path: Path) -> None:
    def scramble(_: int, packet: bytearray) -> bytearray:
        if pid_of(packet) == VIDEO_PID:
            packet[3] |= 0xC0
        return packet

    studio = Studio(tmp_path)
    studio.feed(edited(Pictures().take(105), scramble))
    assert studio.segments == []
    assert studio.segmenter.statistics.scrambled_packets > 0


def test_pictures_that_stop_while_sound_goes_on_end_the_segment(tmp_path: Path) -> None:
    pictures = Pictures()
    studio = Studio(tmp_path)
    studio.feed(pictures.take(60), block=188 * 15)
    sound = b"".join(p for p in packets_of(pictures.take(800)) if pid_of(p) == AUDIO_PID)
    studio.feed(sound, block=188 * 4, per_block_s=0.16)
    assert len(studio.closed) >= 4
    assert not studio.ring.video


def test_the_bitrate_is_that_of_the_last_second(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    studio.feed(Pictures().take(300), block=188 * 100)
    assert abs(studio.segmenter.statistics.bitrate_bps - 188 * 100 * 8 * 10) < 200_000
    studio.silence(3)
    assert studio.segmenter.statistics.bitrate_bps == 0
    assert studio.segmenter.statistics.last_data > START


def test_pictures_of_another_size_are_a_new_epoch_without_loss(tmp_path: Path) -> None:
    large = signal(seconds=4, size="1280x720").read_bytes()
    small = signal(seconds=4, size="640x360", muxer=("-output_ts_offset", "4")).read_bytes()
    studio = Studio(tmp_path)
    studio.feed(large + small)
    assert epochs(studio) == [0, 0, 1]
    assert studio.segmenter.statistics.resolution == "640x360"
    assert studio.segmenter.statistics.discontinuities == 0
    assert (large + small).count(b"".join(segment.media for segment in studio.closed)) == 1


def test_damaged_packets_are_counted_passed_on_and_not_believed(tmp_path: Path) -> None:
    def damage(index: int, packet: bytearray) -> bytearray:
        if index % 50 == 30:
            packet[1] |= 0x80
        return packet

    stream = edited(Pictures().take(155), damage)
    studio = Studio(tmp_path)
    studio.feed(stream)
    assert studio.segmenter.statistics.damaged_packets == (len(stream) // 188 + 19) // 50
    assert epochs(studio) == [0] * len(studio.closed)
    assert stream.count(b"".join(segment.media for segment in studio.closed)) == 1


def test_a_break_in_time_is_announced_to_decoders_that_watch_across_it(tmp_path: Path) -> None:
    broken, changed = Studio(tmp_path / "broken"), Studio(tmp_path / "changed")
    broken.feed(Pictures().take(75) + Pictures(start=30_000_000).take(105))
    assert [segment.announces_break for segment in broken.closed] == [False, False, True, False]
    check = ContinuityCheck()
    watched = memoryview(b"".join(segment.data[segment.opened.psi_bytes :] for segment in broken.closed))
    pictures = b"".join(p for p in packets_of(bytes(watched)) if pid_of(p) == VIDEO_PID)
    packets = Packets(memoryview(pictures), headers_of(memoryview(pictures), len(pictures) // 188), 0)
    assert check.count_errors(packets) == 0
    pictures_go_on = Pictures()
    changed.feed(pictures_go_on.take(50) + pictures_go_on.take(105, version=1, audio=None))
    assert [segment.opened.epoch for segment in changed.closed] == [0, 1, 1]
    assert not any(segment.announces_break for segment in changed.closed)


def test_a_picture_that_a_loop_cut_off_is_left_out(tmp_path: Path) -> None:
    loop = packets_of(Pictures().take(75))
    studio = Studio(tmp_path)
    studio.feed(b"".join(loop[:-4] + loop[20:] + loop[20:]))
    first = [segment for segment in studio.closed if segment.opened.epoch == 0]
    assert b"".join(segment.media for segment in first) == b"".join(loop[2:-5])
    assert [segment.duration for segment in first] == [2.0, 0.96]
