"""Scenes for the machine that watches: black, still, moving, silent, loud; made once per run by ffmpeg."""

from __future__ import annotations

import functools
import subprocess
from typing import TYPE_CHECKING

from tests.headend.signals import FFMPEG, signal_folder

if TYPE_CHECKING:
    from pathlib import Path

PICTURES = {
    "black": "color=black:s=320x180:r=25",
    "still": "smptehdbars=s=320x180:r=25",
    "moving": "testsrc2=s=320x180:r=25",
    "night": "testsrc2=s=320x180:r=25,eq=brightness=-0.35",
}
SOUNDS = {"silent": "anullsrc=r=48000:cl=stereo", "loud": "sine=1000:r=48000,volume=4", "soft": "sine=1000:r=48000"}
VIDEO = {
    "h264": ("-c:v", "libx264", "-preset", "ultrafast", "-x264-params", "keyint=25:min-keyint=25:scenecut=0"),
    "hevc": ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "keyint=25:min-keyint=25:log-level=none"),
    "mpeg2video": ("-c:v", "mpeg2video", "-g", "25", "-b:v", "1M"),
}
AUDIO = {"aac": ("-c:a", "aac"), "mp2": ("-c:a", "mp2"), "ac3": ("-c:a", "ac3"), "eac3": ("-c:a", "eac3")}


@functools.cache
def scene(picture: str, sound: str = "soft", *, video: str = "h264", audio: str = "aac", seconds: float = 4) -> Path:
    """A stream of one scene; a key picture every second."""
    path = signal_folder() / f"scene-{picture}-{sound}-{video}-{audio}-{seconds}.ts"
    command = [FFMPEG, "-v", "error", "-y", "-f", "lavfi", "-i", PICTURES[picture], "-f", "lavfi", "-i", SOUNDS[sound]]
    command += ["-t", str(seconds), *VIDEO[video], "-pix_fmt", "yuv420p", *AUDIO[audio], "-ac", "2"]
    subprocess.run([*command, "-f", "mpegts", str(path)], check=True, timeout=60)
    return path
