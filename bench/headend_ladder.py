"""What a ladder costs in the station, against the same ffmpeg command run by hand on the same signal.

Both run at the same time on the same CPU, so that whatever disturbs one disturbs the other.
"""

from __future__ import annotations

import time

from bench import signals
from bench.figures import Figure, ratio_at_most
from bench.rig import LOAD_CPU, SERVER_CPU, RigError, compiled, cpu_seconds, free_udp_range, rigged, wait_for
from bench.station import fill_feed, headend_report, settings_in, start_room
from rightcast.contract.ring import Track
from rightcast.domain.features import Features
from rightcast.domain.ladder import Ladder, Rung, VideoCodec
from rightcast.domain.watch import Watch
from rightcast.headend.encoders import Choice, software
from rightcast.headend.ffmpeg import find_ffmpeg
from rightcast.headend.transcode_arguments import arguments
from rightcast.headend.transcode_plan import plan

RUNGS = ("360p", "240p")
_UNWATCHED = Watch(stream=False, pictures=False, sound=False)
"""Watching has a figure of its own."""
_TRACKS = (
    Track(pid=256, kind="video", width=720, height=576, frame_rate=25.0),
    Track(pid=257, kind="audio", language="", channels=2),
)


def ladder(quick: bool) -> list[Figure]:
    """CPU of a channel with two rungs of H.264, ffmpeg and headend together."""
    asked = Ladder(rungs=tuple(Rung.parse(f"{name} preset=superfast") for name in RUNGS))
    with rigged(quick) as rig:
        port = free_udp_range(2)
        signal = signals.service()
        rig.start("sender", [str(compiled("sender")), *signal.sender_arguments("udp", port, 2)], cpu=LOAD_CPU)
        settings = settings_in(rig.folder)
        fill_feed(settings, [(f"udp://127.0.0.1:{port}", None)], features=Features(ladder=asked, watch=_UNWATCHED))
        headend = start_room(rig, settings, "headend")
        by_hand = rig.start("by-hand", _by_hand(asked, f"udp://127.0.0.1:{port + 1}"), cpu=SERVER_CPU)

        def ready() -> bool:
            headend.assert_alive()
            by_hand.assert_alive()
            report = headend_report(settings)
            states = [one.state for channel in report.channels for one in channel.renditions] if report else []
            return states == ["on_air"] * len(RUNGS)

        wait_for(ready, 60, "all rungs on air")
        time.sleep(3)
        pids = (headend.pid, by_hand.pid)
        before, begin = [cpu_seconds(pid) for pid in pids], time.monotonic()
        time.sleep(10 if quick else 60)
        passed = time.monotonic() - begin
        ours, theirs = ((cpu_seconds(pid) - then) / passed * 100 for pid, then in zip(pids, before, strict=True))
        report = headend_report(settings)
        rungs = [one for channel in report.channels for one in channel.renditions] if report else []
        if not rungs or any(one.restarts or one.dropped_packets or one.state != "on_air" for one in rungs):
            raise RigError(f"The ladder did not keep up: {rungs}")
    print(f"  station: {ours:.1f} %, by hand: {theirs:.1f} %", flush=True)
    return [
        Figure(
            name="headend.ladder",
            value=ours,
            unit=f"% of a core, 576p25 into {' and '.join(RUNGS)} superfast with AAC, headend and ffmpeg",
            reference="the same ffmpeg command by hand, into nothing",
            reference_value=theirs,
            goal=ratio_at_most(1.05),
        )
    ]


def _by_hand(asked: Ladder, url: str) -> list[str]:
    works = {VideoCodec.H264: Choice(software(VideoCodec.H264))}
    made = plan(asked, _TRACKS, {track.pid for track in _TRACKS}, works, segment_s=2.0)
    nowhere = ["/dev/null"] * len(made.rungs)
    return ["nice", "-n", "5", *arguments(find_ffmpeg(), made, nowhere, source=f"{url}?fifo_size=50000")]
