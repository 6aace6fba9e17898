"""Runs `rightcast` command lines in processes of their own that do not import everything anew.

One process per test worker imports what commands need and sets Django up on a station that is not there; it forks for
each command, which puts its own station's settings in their place when it sets Django up. Arguments, environment,
input, output and exit code are those of a command started afresh.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import django
from asgiref.local import Local
from django.apps import apps
from django.conf import settings
from django.core.cache import caches
from django.db import connections

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MODULES = (
    *("numpy", "av", "PIL.Image", "cryptography.x509", "cryptography.hazmat.primitives.ciphers", "msgspec", "click"),
    *("django.db.models", "django.db.migrations", "django.forms", "django.urls", "django.core.management"),
    *("django.contrib.admin", "django.contrib.auth.hashers", "django.template.defaulttags", "django.views.generic"),
    *("rightcast.cli.main", "rightcast.formats.mpegts.psi", "rightcast.state.feed", "rightcast.contract.ring"),
)
_LATER_MODULES = ("rightcast.panel.preparing", "rightcast.panel.publish.publisher", "rightcast.panel.urls")
_MOST_BYTES = 1 << 20
_READY = b"r"


def run(
    arguments: Sequence[str], *, env: Mapping[str, str], stdin: bytes = b"", timeout_s: float = 60
) -> subprocess.CompletedProcess[bytes]:
    """One command line to its end, as `subprocess.run` gives it. Raises subprocess.TimeoutExpired."""
    with (
        tempfile.TemporaryFile() as given,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
    ):
        given.write(stdin)
        given.seek(0)
        receiving, sending = os.pipe()
        try:
            request = json.dumps([[*arguments], dict(env), str(Path.cwd())]).encode()
            socket.send_fds(_forker(), [request], [given.fileno(), out.fileno(), err.fileno(), sending])
            os.close(sending)
            code = _code(receiving, arguments, timeout_s)
        finally:
            os.close(receiving)
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess([*arguments], code, out.read(), err.read())


def _code(receiving: int, arguments: Sequence[str], timeout_s: float) -> int:
    """The exit code: first the process tells its number, then its code; one that tells none was killed."""
    told = b""
    deadline = time.monotonic() + timeout_s
    while not told.endswith(b"\n") or told.count(b"\n") < 2:
        if not select.select([receiving], [], [], max(0.0, deadline - time.monotonic()))[0]:
            with contextlib.suppress(ProcessLookupError, ValueError):
                os.kill(int(told.split(b"\n")[0]), signal.SIGKILL)
            raise subprocess.TimeoutExpired([*arguments], timeout_s)
        data = os.read(receiving, 100)
        if not data:
            return -signal.SIGKILL
        told += data
    return int(told.split(b"\n")[1])


@functools.cache
def _forker() -> socket.socket:
    """The line to the process that forks; it ends with this one."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for one in (ours, theirs):
        one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _MOST_BYTES)
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from tests.warm import serve; import sys; serve(int(sys.argv[1]))",
            str(theirs.fileno()),
        ],
        pass_fds=(theirs.fileno(),),
        cwd=Path(__file__).parents[1],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    theirs.close()
    atexit.register(_end, ours, process)
    assert ours.recv(1) == _READY
    return ours


def _end(line: socket.socket, process: subprocess.Popen[bytes]) -> None:
    line.close()
    process.wait(10)


def serve(descriptor: int) -> None:
    """Fork for each request, until the other side has gone."""
    for module in _MODULES:
        importlib.import_module(module)
    _set_up_on_nothing()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(fileno=descriptor) as line:
        line.send(_READY)
        while True:
            request, descriptors, _, _ = socket.recv_fds(line, _MOST_BYTES, 4)
            if not request:
                return
            if os.fork() == 0:
                line.close()
                _become(request, descriptors)
            for one in descriptors:
                os.close(one)


def _set_up_on_nothing() -> None:
    """Load models and pages, and let the next set-up exchange the station alone."""
    os.environ["RIGHTCAST_DATA"] = "/nonexistent/station"
    os.environ["DJANGO_SETTINGS_MODULE"] = "rightcast.panel.settings"
    django.setup()
    for module in _LATER_MODULES:
        importlib.import_module(module)
    apps.ready = False
    django.setup = _settle


def _settle(set_prefix: bool = True) -> None:
    """Django's set-up in a process that was forked: settings, databases and caches of the station at hand."""
    fresh = importlib.reload(importlib.import_module("rightcast.panel.settings"))
    for name in dir(fresh):
        if name.isupper():
            setattr(settings, name, getattr(fresh, name))
    for handler in (connections, caches):
        handler.__dict__.pop("settings", None)
        handler._settings = None
        handler._connections = Local(handler.thread_critical)
    apps.ready = True


def _become(request: bytes, descriptors: list[int]) -> None:
    """Be the command; never returns."""
    code = 1
    *standard, telling = descriptors
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.write(telling, b"%d\n" % os.getpid())
        for number, one in enumerate(standard):
            os.dup2(one, number)
            os.close(one)
        arguments, environment, folder = json.loads(request)
        os.environ.clear()
        os.environ.update(environment)
        time.tzset()
        os.chdir(folder)
        sys.argv = ["rightcast", *arguments]
        code = _main()
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        with contextlib.suppress(OSError):
            os.write(telling, b"%d\n" % code)
        os._exit(code)


def _main() -> int:
    from rightcast.cli.main import main

    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0
