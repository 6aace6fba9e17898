"""A packaging worker's process: takes jobs from standard input, answers on standard output, ends with its edge.

Started by the pool as `python -m rightcast.edge.packaging.worker`.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from typing import BinaryIO

import setproctitle

from rightcast.edge.packaging.job import LENGTH_BYTES, Failed, Made, framed, read_job
from rightcast.edge.packaging.making import make

_PR_SET_PDEATHSIG = 1


def main() -> int:
    """Work until the edge closes our input."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # it may hang in a library when the edge dies
    if len(sys.argv) > 1 and sys.argv[1].isdigit() and os.getppid() != int(sys.argv[1]):
        return 0  # the edge died between our start and the call above
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    setproctitle.setproctitle("rightcast: packager")
    serve(sys.stdin.buffer, sys.stdout.buffer)
    return 0


def serve(jobs: BinaryIO, answers: BinaryIO) -> None:
    """Answer each job in turn."""
    while head := jobs.read(LENGTH_BYTES):
        body = jobs.read(int.from_bytes(head, "big"))
        answers.write(framed(_answer(body)))
        answers.flush()


def _answer(body: bytes) -> Made | Failed:
    try:
        return make(read_job(body))
    except Exception as error:  # noqa: BLE001 - a supervisor: bytes from anywhere must not end the worker
        return Failed(f"{type(error).__name__}: {error}"[:500])


if __name__ == "__main__":
    sys.exit(main())
