"""The ffmpeg program: where it is, and how a child of it is started and ended.

Its standard output is a non-blocking pipe for the tick; what it complains of is kept for the operator.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import shutil
import signal
import subprocess
import threading
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING

import imageio_ffmpeg

from rightcast.domain.errors import FfmpegMissingError
from rightcast.domain.sources import redact

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PIPE_BYTES = 1 << 20
"""Two seconds of a 4 Mbit/s signal: a late tick must not stall the child."""
_KEPT_LINES = 8
_PREAMBLE = "Error opening input files: "
_KILL_AFTER_S = 2.0
_PR_SET_PDEATHSIG = 1
_NICENESS = 5
_LIBC = ctypes.CDLL(None)


def find_ffmpeg(configured: str = "") -> str:
    """The program's path: the configured one, else the one that came with the installation.

    Raises FfmpegMissingError.
    """
    if configured:
        found = shutil.which(configured)
        if found is None:
            raise FfmpegMissingError(
                f"There is no program at {configured}.",
                remedy="Set ffmpeg to a program that exists, or leave it empty.",
                field="ffmpeg",
            )
        return found
    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise FfmpegMissingError(
            "No ffmpeg came with this installation.",
            remedy="Install ffmpeg (apt install ffmpeg) and set ffmpeg to its path.",
            field="ffmpeg",
        ) from error


def widen(pipe: int) -> None:
    """Let a pipe hold PIPE_BYTES; where the user's quota of pipes is used up, the default size serves too."""
    with suppress(OSError):
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)


def _die_with_parent() -> None:
    """In the child, before ffmpeg replaces it: the kernel ends it when the headend dies, however it dies."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _die_with_parent_and_yield() -> None:
    """As above, for children that take all they can get: whoever carries the broadcast itself comes first."""
    _die_with_parent()
    os.nice(_NICENESS)


class Child:
    """One running ffmpeg. Must be started from the main thread, whose end is the child's.

    `stdin` and `inherited` are descriptors that it gets; they stay the caller's to close. `yields`: others come first.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        folder: Path | None = None,
        stdin: int = subprocess.DEVNULL,
        inherited: Sequence[int] = (),
        yields: bool = False,
    ) -> None:
        try:
            self._process = subprocess.Popen(  # noqa: S603 - an argument list of our own, no shell
                list(arguments),
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=folder,
                pass_fds=inherited,
                preexec_fn=_die_with_parent_and_yield if yields else _die_with_parent,  # noqa: PLW1509 - one system call, resolved before the fork
            )
        except OSError as error:
            raise FfmpegMissingError(
                f"{arguments[0]} cannot be started: {error.strerror}.",
                remedy="Set ffmpeg to a program that runs on this machine, or leave it empty.",
                field="ffmpeg",
            ) from error
        if self._process.stdout is None or self._process.stderr is None:
            raise FfmpegMissingError(f"{arguments[0]} has no output.", field="ffmpeg")
        self._out, self._err = self._process.stdout.fileno(), self._process.stderr.fileno()
        os.set_blocking(self._out, False)
        os.set_blocking(self._err, False)
        self._lines: deque[str] = deque(maxlen=_KEPT_LINES)
        self._partial = ""
        widen(self._out)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """How it ended; None while it runs."""
        return self._process.poll()

    def read(self, limit: int) -> bytes:
        """What came since the last call, at most `limit` bytes; empty when nothing did or it closed its output."""
        try:
            return os.read(self._out, limit)
        except BlockingIOError:
            return b""

    def last_words(self) -> str:
        """The last complaint, without credentials; empty when there was none."""
        with contextlib.suppress(BlockingIOError):
            self._partial += os.read(self._err, 65_536).decode(errors="replace")
        *whole, self._partial = self._partial[-4096:].split("\n")
        self._lines.extend(line.strip() for line in whole if line.strip())
        return redact(self._lines[-1].removeprefix(_PREAMBLE)) if self._lines else ""

    def close(self) -> None:
        """End it without waiting; a thread buries it, with force when it does not go."""
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()
        if self._process.poll() is None:
            self._process.terminate()
            threading.Thread(target=self._bury, name=f"bury-{self.pid}", daemon=True).start()

    def _bury(self) -> None:
        try:
            self._process.wait(_KILL_AFTER_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
