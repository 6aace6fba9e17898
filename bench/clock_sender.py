"""A broadcaster with a burnt-in clock: every picture says in black and white bars when it was drawn.

`python -m bench.clock_sender PORT` sends 25 pictures a second with a tone over UDP until it is ended.
"""

from __future__ import annotations

import ctypes
import signal
import subprocess
import sys
import time

import imageio_ffmpeg
import numpy as np

WIDTH, HEIGHT, RATE = 320, 180, 25
BITS, BAR_WIDTH, BAR_HEIGHT = 32, 10, 60
WRAP_MS = 1 << BITS
_PR_SET_PDEATHSIG = 1


def stamp_of(picture: np.ndarray[tuple[int, int], np.dtype[np.uint8]]) -> int:
    """The milliseconds burnt into a picture's luma, modulo WRAP_MS."""
    middles = picture[BAR_HEIGHT // 2, BAR_WIDTH // 2 :: BAR_WIDTH][:BITS]
    return int(sum(1 << bit for bit, luma in enumerate(middles.tolist()) if luma > 127))


def age_s(stamp: int, now: float) -> float:
    """How old a picture of this stamp is at a moment in unix seconds."""
    age = (int(now * 1000) - stamp) % WRAP_MS
    return (age - WRAP_MS if age > WRAP_MS // 2 else age) / 1000


def draw(picture: np.ndarray[tuple[int, int], np.dtype[np.uint8]], now: float, number: int) -> None:
    """Burn the time in, and move something, so that pictures cost what pictures cost."""
    stamp = int(now * 1000) % WRAP_MS
    bars = np.array([235 if stamp >> bit & 1 else 16 for bit in range(BITS)], np.uint8)
    picture[:BAR_HEIGHT, :] = np.repeat(bars, BAR_WIDTH)
    picture[BAR_HEIGHT:, :] = 96
    left = number * 4 % (WIDTH - 40)
    picture[100:140, left : left + 40] = 200


def command(port: int) -> list[str]:
    """An encoder that holds nothing back: no B pictures, no look-ahead, a key frame every two seconds."""
    return [
        *(imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "rawvideo", "-pix_fmt", "gray"),
        *("-s", f"{WIDTH}x{HEIGHT}", "-r", str(RATE), "-i", "pipe:0"),
        *("-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"),
        *("-c:v", "libx264", "-preset", "veryfast", "-tune", "zerolatency", "-pix_fmt", "yuv420p", "-b:v", "800k"),
        *("-x264-params", f"keyint={2 * RATE}:min-keyint={2 * RATE}:scenecut=0", "-c:a", "aac", "-b:a", "96k"),
        *("-f", "mpegts", "-muxdelay", "0", "-muxpreload", "0", "-pat_period", "0.1", "-flush_packets", "1"),
        f"udp://127.0.0.1:{port}?pkt_size=1316",
    ]


def _die_with_parent() -> None:
    """Without pictures the tone alone would go on, as fast as it can."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def main() -> None:
    """Draw and send at the pace of the clock."""
    encoder = subprocess.Popen(command(int(sys.argv[1])), stdin=subprocess.PIPE, preexec_fn=_die_with_parent)  # noqa: PLW1509 - one system call, no threads
    pictures = encoder.stdin
    if pictures is None:
        raise SystemExit("The encoder has no input.")
    picture = np.zeros((HEIGHT, WIDTH), np.uint8)
    begun = time.time()
    number = 0
    try:
        while encoder.poll() is None:
            time.sleep(max(0.0, begun + number / RATE - time.time()))
            draw(picture, time.time(), number)
            pictures.write(picture.tobytes())
            pictures.flush()
            number += 1
    finally:
        encoder.kill()


if __name__ == "__main__":
    main()
