"""A plan as arguments of ffmpeg, each with its reason.

Pure. One process decodes once, encodes every sound once, and writes a transport stream per rung.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from rightcast.domain.ladder import SPEEDS, AudioCodec, Deinterlace, EncoderWish
from rightcast.headend.marking import OWN, marked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightcast.headend.marking import Marking
    from rightcast.headend.transcode_plan import Plan, PlannedRung, Sound

_NVENC_PRESETS = ("p1", "p1", "p2", "p3", "p4", "p5", "p6", "p7")
_AOM_SPEEDS = (8, 8, 8, 7, 7, 6, 5, 4)
_PEAK = 1.1
_AMERICAN = 0.002  # rates were measured to three digits
_BUFFER_S = 1.5
_WAIT_S, _WAIT_FOR_LOUDNESS_S = 3, 6


def arguments(
    ffmpeg: str, plan: Plan, outputs: Sequence[str], *, source: str = "pipe:0", marker: Marking = OWN
) -> list[str]:
    """The command. `outputs` are where the rungs go, in the plan's order; `marker` marks variants."""
    command = [ffmpeg, "-nostdin", "-hide_banner", "-loglevel", "error"]
    command += _hardware(plan)
    command += _input(source)
    if plan.video is not None and any(one.encoder is not None for one in plan.rungs):
        command += ["-filter_complex", picture_filters(plan, marker)]
    chosen: list[list[int]] = []
    index = 0
    common: list[int] = []
    mapped: list[str] = []
    for one in plan.pictured:
        mapped += _pictures(plan, one, index)
        index += 1
    if plan.pictured:
        for sound in plan.sounds:
            mapped += _sound(sound, index, plan.loudness_lufs)
            common.append(index)
            index += 1
    pictures = iter(range(len(plan.pictured)))
    for one in plan.rungs:
        if one.rung.has_pictures:
            chosen.append([next(pictures), *common])
            continue
        own = [*range(index, index + len(one.sounds))]
        for number, sound in zip(own, one.sounds, strict=True):
            mapped += _sound(sound, number, plan.loudness_lufs)
        index += len(own)
        chosen.append(own)
    return [*command, *mapped, *_output(plan, chosen, outputs)]


def picture_filters(plan: Plan, marker: Marking = OWN) -> str:
    """Decoded pictures are made whole once, then brought to each rung's size."""
    encoded = [one for one in plan.pictured if one.encoder is not None]
    pid = 0 if plan.video is None else plan.video.pid
    # bwdif costs a little more than yadif and keeps edges still. One whole picture per pair of fields: rungs are for
    # thin lines. `interlaced` touches only pictures that the source itself calls interlaced, as it changes.
    whole = {
        Deinterlace.AUTO: "bwdif=mode=send_frame:parity=auto:deint=interlaced,",
        Deinterlace.ON: "bwdif=mode=send_frame:parity=auto:deint=all,",
        Deinterlace.OFF: "",
    }[plan.deinterlace]
    splits = "".join(f"[s{one.rendition}]" for one in encoded)
    chains = [f"[0:i:{pid}]{whole}split={len(encoded)}{splits}"]
    for one in encoded:
        fewer = _fewer(one)
        # Square pixels, for RESOLUTION in playlists knows no others; never more lines than came.
        size = f"scale=w='round(oh*dar/2)*2':h='min({one.rung.height},trunc(ih/2)*2)',setsar=1"
        chains += marked(one, f"[s{one.rendition}]{fewer}{size}", f"{_pixels(one)}[v{one.rendition}]", marker)
    return ";".join(chains)


def _fewer(one: PlannedRung) -> str:
    """Leave pictures out: those that stay keep their times, which the fps filter would move."""
    if one.every < 2:
        return ""
    if not _is_software(one):
        return f"framestep={one.every},"  # tells the chip the new rate; an odd key picture may be lost
    # Key pictures stay, and the count begins anew at each, so that the rung cuts where the others do.
    return f"select='eq(mod(n-st(0,if(key,n,ld(0))),{one.every}),0)',"


def _rate(one: PlannedRung) -> str:
    """The rate that headers and rate control count with: `select` does not tell the encoder that pictures are gone."""
    whole = round(one.frame_rate * 1.001)
    american = abs(one.frame_rate * 1.001 - whole) < _AMERICAN
    rate = Fraction(whole * 1000, 1001) if american else Fraction(one.frame_rate).limit_denominator(1001)
    return f":fps={rate.numerator}/{rate.denominator}" if one.every > 1 else ""


def _is_software(one: PlannedRung) -> bool:
    return one.encoder is None or one.encoder.family is EncoderWish.SOFTWARE


def _hardware(plan: Plan) -> list[str]:
    nodes = {one.encoder.node for one in plan.rungs if one.encoder is not None and one.encoder.node}
    return ["-vaapi_device", min(nodes)] if nodes else []


def _input(source: str) -> list[str]:
    return [
        "-copyts",  # the broadcast's own times, so that every rendition of a moment has the same
        "-probesize", "3000000",  # enough for tables, a key picture and a frame of each sound
        "-analyzeduration", "1000000",  # a stream that is announced and never comes holds the start for no longer
        "-f", "mpegts",  # known; guessing takes data
        "-i", source,
    ]  # fmt: skip


def _pixels(one: PlannedRung) -> str:
    family = EncoderWish.SOFTWARE if one.encoder is None else one.encoder.family
    if family is EncoderWish.VAAPI:
        return "format=nv12,hwupload"  # pictures go to the chip's own memory
    return "format=yuv420p" if family is EncoderWish.SOFTWARE else "format=nv12"


def _pictures(plan: Plan, one: PlannedRung, index: int) -> list[str]:
    if one.encoder is None:
        pid = 0 if plan.video is None else plan.video.pid
        return ["-map", f"0:i:{pid}", f"-c:{index}", "copy"]
    bitrate, interval = one.rung.bitrate_bps, str(one.key_interval)
    return [
        "-map", f"[v{one.rendition}]",
        f"-c:{index}", one.encoder.name,
        f"-b:{index}", str(bitrate),
        f"-maxrate:{index}", str(round(bitrate * _PEAK)),  # players choose by the playlist's figure; peaks stay near it
        f"-bufsize:{index}", str(round(bitrate * _BUFFER_S)),  # short enough for that, long enough for a hard cut
        f"-force_key_frames:{index}", "source",  # rungs cut where the broadcast cuts, all at the same picture
        f"-g:{index}", interval,  # and within a segment's length where the broadcast does not
        f"-enc_time_base:{index}", "1:90000",  # times to the tick; at one step per picture they would be rounded
        f"-fps_mode:{index}", "passthrough",  # no picture repeated or left out to please a clock
        f"-flags:{index}", "+cgop",  # every segment decodes by itself
        *_encoder(one, index),
    ]  # fmt: skip


def _encoder(one: PlannedRung, index: int) -> list[str]:
    """What each family wants to be told in its own words: speed, key pictures when forced, none at scene cuts."""
    family = EncoderWish.SOFTWARE if one.encoder is None else one.encoder.family
    name = "" if one.encoder is None else one.encoder.name
    interval = str(one.key_interval)
    if family is EncoderWish.NVENC:
        speed = _NVENC_PRESETS[SPEEDS.index(one.rung.preset)]
        return [
            f"-preset:{index}", speed, f"-rc:{index}", "vbr", f"-forced-idr:{index}", "1",
            f"-no-scenecut:{index}", "1", f"-bf:{index}", "2",
        ]  # fmt: skip
    if family is EncoderWish.VAAPI:
        return [f"-bf:{index}", "0"]  # not every chip has B pictures
    if family is EncoderWish.QSV:
        return [f"-forced_idr:{index}", "1", f"-bf:{index}", "2", f"-look_ahead:{index}", "0"]
    if name == "libx265":
        own = f"scenecut=0:open-gop=0:min-keyint=1:keyint={interval}:repeat-headers=1:bframes=2:log-level=error"
        own += _rate(one)
        return [f"-preset:{index}", one.rung.preset, f"-forced-idr:{index}", "1", f"-x265-params:{index}", own]
    if name == "libaom-av1":
        speed = str(_AOM_SPEEDS[SPEEDS.index(one.rung.preset)])
        return [
            f"-usage:{index}", "realtime", f"-cpu-used:{index}", speed,
            f"-lag-in-frames:{index}", "0",  # no picture waits for later ones; each packet shows one
            f"-row-mt:{index}", "1", f"-aq-mode:{index}", "cyclic",
        ]  # fmt: skip
    return [
        f"-preset:{index}", one.rung.preset,
        f"-keyint_min:{index}", interval,
        f"-sc_threshold:{index}", "0",
        f"-bf:{index}", "2",
        # Headers say the true rate of pictures although times are counted in ticks.
        f"-x264-params:{index}", f"force-cfr=1{_rate(one)}",
    ]  # fmt: skip


def _sound(sound: Sound, index: int, loudness_lufs: float | None) -> list[str]:
    mapped = ["-map", f"0:i:{sound.track.pid}"]
    if not sound.encodes:
        return [*mapped, f"-c:{index}", "copy"]
    name = "libopus" if sound.choice.codec is AudioCodec.OPUS else "aac"
    # Gaps become silence, so that sound stays with the pictures after a loss.
    filters = "aresample=48000:async=1:min_hard_comp=0.1"
    if loudness_lufs is not None:
        # Measures three seconds ahead; works at 192 kHz inside to see true peaks, hence the way back to 48.
        filters = f"aresample=async=1:min_hard_comp=0.1,loudnorm=I={loudness_lufs:g}:TP=-1.5:LRA=11,aresample=48000"
    channels = [f"-ac:{index}", str(sound.choice.channels)] if sound.choice.channels else []
    bitrate = [f"-b:{index}", str(sound.choice.bitrate_bps)]
    return [*mapped, f"-c:{index}", name, *bitrate, *channels, f"-filter:{index}", filters]


def _output(plan: Plan, chosen: Sequence[Sequence[int]], outputs: Sequence[str]) -> list[str]:
    wait_us = 1_000_000 * (_WAIT_S if plan.loudness_lufs is None else _WAIT_FOR_LOUDNESS_S)
    common = (
        "f=mpegts"
        ":mpegts_copyts=1"  # the muxer would begin at zero
        ":avoid_negative_ts=disabled"  # before a wrap of 33 bits ffmpeg counts below zero; that is right so
        ":max_delay=0"  # no reserve between clock and pictures: the broadcast's own is kept
        ":pat_period=0.4:sdt_period=2"  # ring segments begin with tables anyway; ten a second would weigh on thin rungs
        ":flush_packets=1"  # what is ready leaves at once
        f":max_interleave_delta={wait_us}"  # a sound that stops holds the pictures up for no longer
    )
    slaves = [
        f"[{common}:select=\\'{','.join(map(str, indexes))}\\']{output}"
        for indexes, output in zip(chosen, outputs, strict=True)
    ]
    return [
        "-max_interleave_delta", str(wait_us),
        "-avoid_negative_ts", "disabled",
        "-f", "tee", "|".join(slaves),  # each sound is encoded once, whatever the number of rungs
    ]  # fmt: skip
