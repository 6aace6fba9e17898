"""Signals to measure with, made once by ffmpeg into bench/build.

The sender plays them for ever; their length is a whole number of pictures, so nothing jumps at the seam.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg

from bench.rig import BUILD

SECONDS = 20
LOOP_90K = SECONDS * 90_000


@dataclass(frozen=True, slots=True)
class Signal:
    """A transport stream file and its constant rate."""

    path: Path
    bps: int

    def sender_arguments(self, kind: str, port: int, count: int) -> list[str]:
        """Arguments of bench/reference/sender.c."""
        return [kind, str(self.path), str(self.bps), str(LOOP_90K), str(port), str(count)]


def channel() -> Signal:
    """1080p25 H.264 with AAC, 2 s closed GOPs, 4.3 Mbit/s constant."""
    return _made("channel-1080p25", 4_300_000, _encoded("1920x1080", "3900k", "4300k"))


def service() -> Signal:
    """576p25 H.264 with AAC, 2 s closed GOPs, 2.7 Mbit/s constant."""
    return _made("service-576p25", 2_700_000, _encoded("720x576", "2300k", "2700k"))


def multiplex() -> Signal:
    """Eight services of 576p25 H.264 with MPEG audio, 22 Mbit/s constant."""
    single = service()
    arguments = ["-i", str(single.path)]
    for number in range(8):
        arguments += ["-map", "0:v", "-map", "0:a"]
        pair = f"st={2 * number}:st={2 * number + 1}"
        arguments += ["-program", f"title=Service {number + 1}:program_num={number + 1}:{pair}"]
    return _made("multiplex-8-services", 22_000_000, [*arguments, "-c", "copy", "-muxrate", "22000k"])


def _encoded(size: str, video: str, mux: str) -> list[str]:
    return [
        *("-f", "lavfi", "-i", f"testsrc2=size={size}:rate=25,noise=alls=24:allf=t"),
        *("-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"),
        *("-t", str(SECONDS), "-c:v", "libx264", "-preset", "superfast", "-bf", "2", "-pix_fmt", "yuv420p"),
        *("-b:v", video, "-minrate", video, "-maxrate", video, "-bufsize", video),
        *("-x264-params", "keyint=50:min-keyint=50:scenecut=0:open-gop=0:nal-hrd=cbr:force-cfr=1"),
        *("-c:a", "aac", "-b:a", "128k", "-ac", "2", "-muxrate", mux),
    ]


def _made(name: str, bps: int, arguments: list[str]) -> Signal:
    path = BUILD / f"{name}.ts"
    if not path.exists():
        BUILD.mkdir(exist_ok=True)
        draft = path.with_suffix(".draft")
        print(f"  making {path.name} ...", flush=True)
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *arguments, "-f", "mpegts", str(draft)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        draft.replace(path)
    return Signal(path, bps)
