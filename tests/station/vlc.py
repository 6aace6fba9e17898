"""VLC without window and sound card, asked over its remote control what it has shown."""

from __future__ import annotations

import os
import re
import subprocess
import threading
import time
from dataclasses import dataclass

from tests.station.viewers import part

DEADLINE_S = 60.0
_ASK_EVERY_S = 0.3
_NOBODY = "65534"


@dataclass(frozen=True, slots=True)
class Shown:
    """VLC's own figures of what it plays: pictures shown and lost, buffers of sound played."""

    pictures: int
    lost: int
    sounds: int


def play_with_vlc(url: str, *, pictures: int, sounds: int) -> Shown:
    """Play an address until so much was shown, or for a minute; skips the test where VLC is missing."""
    with subprocess.Popen(
        _command(url),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={"HOME": "/nonexistent", "PATH": os.environ["PATH"], "LC_ALL": "C"},
    ) as vlc:
        overdue = threading.Timer(DEADLINE_S, vlc.kill)
        overdue.start()
        try:
            shown, ends = Shown(0, 0, 0), time.monotonic() + DEADLINE_S - 5
            while (shown.pictures < pictures or shown.sounds < sounds) and time.monotonic() < ends:
                threading.Event().wait(_ASK_EVERY_S)
                shown = _ask(vlc)
            return shown
        finally:
            overdue.cancel()
            vlc.kill()


def _command(url: str) -> list[str]:
    """VLC refuses to run as root: there it becomes nobody."""
    dropped = [part("setpriv"), f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups", "--"]
    player = [part("vlc"), "--ignore-config", "--no-media-library", "--intf=oldrc", "--rc-fake-tty"]
    player += ["--vout=vdummy", "--aout=adummy", "--no-video-title-show", url]
    return [*dropped, *player] if os.geteuid() == 0 else player


def _ask(vlc: subprocess.Popen[str]) -> Shown:
    """What VLC says to `stats`; nothing shown while it says nothing, or is gone."""
    if vlc.stdin is None or vlc.stdout is None:
        return Shown(0, 0, 0)
    try:
        vlc.stdin.write("stats\n")
        vlc.stdin.flush()
    except BrokenPipeError:
        return Shown(0, 0, 0)
    said = ""
    for line in vlc.stdout:
        said += line
        if line.startswith("stats: returned"):
            break
    found = [re.findall(rf"{words} *: *(\d+)", said) for words in ("frames displayed", "frames lost", "buffers played")]
    pictures, lost, sounds = (int(numbers[-1]) if numbers else 0 for numbers in found)
    return Shown(pictures, lost, sounds)
