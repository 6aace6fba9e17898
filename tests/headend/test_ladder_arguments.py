"""What is asked of ffmpeg for a ladder on a source: rungs, filters, key pictures, sounds; nothing is started."""

from __future__ import annotations

from dataclasses import replace

from rightcast.contract.ring import Track
from rightcast.domain.ladder import AudioChoice, AudioCodec, Deinterlace, EncoderWish, Ladder, Rung, VideoCodec
from rightcast.headend.encoders import Choice, Encoder, software
from rightcast.headend.transcode_arguments import arguments, picture_filters
from rightcast.headend.transcode_plan import Plan, picture_rate, plan

VIDEO = Track(pid=256, kind="video", codec="avc1.640028", width=1920, height=1080, frame_rate=50.0)
ITALIAN = Track(pid=257, kind="audio", codec="mp4a.40.33", language="ita", channels=2)
ENGLISH = Track(pid=258, kind="audio", codec="ac-3", language="eng", channels=6)
TELETEXT = Track(pid=260, kind="teletext")
TRACKS = (VIDEO, ITALIAN, ENGLISH, TELETEXT)
RUNGS = (Rung.parse("1080p"), Rung.parse("360p fps=30"))
SOFTWARE = {codec: Choice(software(codec)) for codec in (VideoCodec.H264, VideoCodec.HEVC)}


def planned(ladder: Ladder, tracks: tuple[Track, ...] = TRACKS, **choices: Choice) -> Plan:
    works = SOFTWARE | {VideoCodec[name.upper()]: choice for name, choice in choices.items()}
    return plan(ladder, tracks, {track.pid for track in tracks}, works, segment_s=2.0)


def command(made: Plan) -> list[str]:
    return arguments("ffmpeg", made, [f"pipe:{number}" for number in range(10, 10 + len(made.rungs))])


def after(words: list[str], word: str) -> str:
    return words[words.index(word) + 1]


def test_rungs_above_the_source_are_left_out_and_told() -> None:
    made = planned(Ladder(rungs=(Rung.parse("2160p"), *RUNGS)))
    assert [one.rendition for one in made.rungs] == [2, 3]
    assert made.left_out == {1: "Rung 2160p is left out: the source has only 1080 lines."}
    assert made.notes == (made.left_out[1],)


def test_nothing_is_enlarged_even_where_the_source_does_not_tell_its_size() -> None:
    made = planned(Ladder(rungs=RUNGS), (Track(pid=256, kind="video"), ITALIAN))
    assert len(made.rungs) == 2
    assert "min(1080," in picture_filters(made)


def test_key_pictures_come_with_the_sources_and_within_a_segment_on_every_rung() -> None:
    words = command(planned(Ladder(rungs=RUNGS)))
    assert (after(words, "-force_key_frames:0"), after(words, "-force_key_frames:1")) == ("source", "source")
    assert (after(words, "-g:0"), after(words, "-g:1")) == ("100", "50")  # two seconds of 50 and of 25 a second


def test_a_ceiling_on_pictures_leaves_out_every_second_one() -> None:
    made = planned(Ladder(rungs=RUNGS))
    assert [one.every for one in made.rungs] == [1, 2]
    assert "[s2]select='eq(mod(n-st(0,if(key,n,ld(0))),2),0)'," in picture_filters(made)
    assert after(command(made), "-x264-params:1") == "force-cfr=1:fps=25/1"
    assert made.rungs[1].frame_rate == 25.0


def test_american_rates_stay_exact() -> None:
    video = Track(pid=256, kind="video", height=1080, frame_rate=59.94)
    words = command(planned(Ladder(rungs=RUNGS[1:]), (video, ITALIAN)))
    assert after(words, "-x264-params:0") == "force-cfr=1:fps=30000/1001"


def test_two_fields_make_a_picture() -> None:
    assert picture_rate(Track(pid=1, kind="video", frame_rate=50.0, interlaced=True)) == 25.0
    assert picture_rate(Track(pid=1, kind="video", frame_rate=50.0)) == 50.0


def test_deinterlacing_is_decided_picture_by_picture_unless_told_otherwise() -> None:
    ladder = Ladder(rungs=RUNGS)
    assert "deint=interlaced" in picture_filters(planned(ladder))
    assert "deint=all" in picture_filters(planned(replace(ladder, deinterlace=Deinterlace.ON)))
    assert "bwdif" not in picture_filters(planned(replace(ladder, deinterlace=Deinterlace.OFF)))


def test_every_sound_is_encoded_once_and_goes_with_every_rung() -> None:
    words = command(planned(Ladder(rungs=RUNGS)))
    assert [word for word in words if word.startswith("0:i:")] == ["0:i:257", "0:i:258"]
    slaves = after(words, "tee").split("|")
    assert [slave.rpartition("]")[2] for slave in slaves] == ["pipe:10", "pipe:11"]
    assert ["'0,2,3" in slaves[0], "'1,2,3" in slaves[1]] == [True, True]


def test_ac3_passes_untouched_beside_aac() -> None:
    words = command(planned(Ladder(rungs=RUNGS[:1], audio=(AudioChoice(), AudioChoice(codec=AudioCodec.AC3)))))
    assert [after(words, f"-c:{index}") for index in (1, 2, 3)] == ["aac", "aac", "copy"]
    assert words[words.index("-c:3") - 1] == "0:i:258"


def test_sound_that_is_announced_and_never_heard_is_not_waited_for() -> None:
    made = plan(Ladder(rungs=RUNGS), TRACKS, {256, 257}, SOFTWARE, segment_s=2.0)
    assert [sound.track.pid for sound in made.sounds] == [257]


def test_radio_has_rungs_of_sound_alone() -> None:
    made = planned(Ladder(rungs=(Rung.parse("96k"), Rung.parse("48k bitrate=48k"))), (ITALIAN,))
    words = command(made)
    assert "-filter_complex" not in words
    assert [after(words, f"-b:{index}") for index in (0, 1)] == ["96000", "48000"]


def test_pictures_for_a_radio_are_left_out() -> None:
    made = planned(Ladder(rungs=RUNGS), (ITALIAN,))
    assert not made.rungs
    assert "no pictures" in made.left_out[1]


def test_a_copied_rung_is_neither_decoded_nor_scaled() -> None:
    words = command(planned(Ladder(rungs=(Rung.parse("as-it-is codec=copy"),))))
    assert after(words, "-c:0") == "copy"
    assert "-filter_complex" not in words


def test_loudness_is_measured_and_the_pictures_wait_for_it() -> None:
    words = command(planned(Ladder(rungs=RUNGS[:1], loudness_lufs=-23.0)))
    assert "loudnorm=I=-23:" in after(words, "-filter:1")
    assert after(words, "-max_interleave_delta") == "6000000"


def test_times_are_kept_as_they_are() -> None:
    words = command(planned(Ladder(rungs=RUNGS)))
    assert words.index("-copyts") < words.index("-i")
    assert "mpegts_copyts=1" in after(words, "tee")
    assert after(words, "-enc_time_base:0") == "1:90000"


def test_a_chip_gets_its_pictures_in_its_own_memory() -> None:
    chip = Encoder("h264_vaapi", EncoderWish.VAAPI, VideoCodec.H264, "/dev/dri/renderD128")
    made = planned(Ladder(rungs=RUNGS[:1]), h264=Choice(chip))
    words = command(made)
    assert after(words, "-vaapi_device") == "/dev/dri/renderD128"
    assert "format=nv12,hwupload" in picture_filters(made)
    assert after(words, "-c:0") == "h264_vaapi"


def test_a_codec_without_an_encoder_is_told() -> None:
    rung = Rung.parse("720p codec=hevc")
    made = planned(Ladder(rungs=(rung,)), hevc=Choice(None))
    assert made.left_out == {1: "Rung 720p is left out: no encoder for hevc works on this machine."}


def test_a_wish_that_was_not_met_is_noted_once() -> None:
    note = "NVENC was asked for and does not work here (no chip); software encodes instead."
    made = planned(Ladder(rungs=RUNGS), h264=Choice(software(VideoCodec.H264), note))
    assert made.notes == (note,)
