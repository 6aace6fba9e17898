"""`rightcast serve`: checks, then starts, watches and ends the processes of one station.

The database is prepared while headend and edges start already, so that the first picture comes early.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import signal
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from rightcast.domain.errors import NotFoundError, RightcastError
from rightcast.serve.addresses import console_url, printed, viewers_url
from rightcast.serve.certificate import self_signed
from rightcast.serve.child import NEEDS_OPERATOR
from rightcast.serve.failures import take_failure
from rightcast.serve.lock import remember_settings, station_lock
from rightcast.serve.logs import configure_logs
from rightcast.serve.onair import headend_reports, until, until_listening, until_picture
from rightcast.serve.preflight import (
    check_archive,
    check_certificate,
    check_ffmpeg,
    check_folder,
    check_ports,
    check_ring,
    free_port,
)
from rightcast.serve.process import SupervisedProcess, describe_exit
from rightcast.serve.sheet import demo_sheet, operator_login, read_demo_note, sheet_lines
from rightcast.state.feed import FileFeed
from rightcast.state.keys import station_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rightcast.contract.station import StationSettings
    from rightcast.serve.progress import Progress

START_S = 60.0
"""How long a part may take to answer for the first time before the start is reported as late."""

log = logging.getLogger(__name__)


def serve(settings: StationSettings, progress: Progress, *, self_sign: bool) -> None:
    """Run a station until SIGINT or SIGTERM. Raises RightcastError when it cannot start.

    `self_sign` makes a certificate when the settings ask for TLS and name none.
    """
    check_folder(settings.data)
    with station_lock(settings.data):
        try:
            settings = _checked(settings, self_sign=self_sign)
            configure_logs(settings.data / "logs" / "serve.log", "serve")
            remember_settings(settings)
            progress.done("ports, folders, ring, ffmpeg")
            _warn_of_network(settings, progress, self_signed_used=self_sign and settings.tls_listen is not None)
            station_key(settings.keys)
            FileFeed(settings.feed).close()  # made before its readers start, who would race for it
            asyncio.run(Station(settings, progress).run())
        finally:
            _remove_ring(settings)
        progress.say("  Off air.")


def _checked(settings: StationSettings, *, self_sign: bool) -> StationSettings:
    settings = replace(settings, listen=free_port(settings.listen), console=free_port(settings.console))
    if settings.tls_listen is not None:
        settings = replace(settings, tls_listen=free_port(settings.tls_listen))
    check_ports(settings)
    check_ring(settings)
    check_archive(settings)
    settings = replace(settings, ffmpeg=check_ffmpeg(settings))
    if self_sign and settings.tls_listen is not None:
        certificate, key = self_signed(settings.data / "tls", [printed(settings.tls_listen).host])
        settings = replace(settings, tls_certificate=certificate, tls_key=key)
    check_certificate(settings)
    return settings


def _warn_of_network(settings: StationSettings, progress: Progress, *, self_signed_used: bool) -> None:
    if self_signed_used:
        progress.say(
            f"  ! TLS uses a certificate signed by itself ({settings.tls_certificate}); players will ask or refuse."
        )
    if not settings.listen.is_loopback:
        progress.say(f"  ! Everybody on the network can reach the viewers' side at {viewers_url(settings)}")
    if not settings.console.is_loopback:
        progress.say(f"  ! Everybody on the network can reach the console's login at {console_url(settings)}")


def _remove_ring(settings: StationSettings) -> None:
    """Give the memory back; what else somebody keeps in a folder of their own stays."""
    root = settings.ring_root
    for name in ("ring", "reports", "cards"):
        shutil.rmtree(root / name, ignore_errors=True)
    if settings.ring is None:
        shutil.rmtree(root, ignore_errors=True)
    else:
        for socket in root.glob("headend-*.sock"):
            socket.unlink(missing_ok=True)


class Station:
    """The processes of one station, from start to end."""

    def __init__(self, settings: StationSettings, progress: Progress) -> None:
        self._settings = settings
        self._progress = progress
        self._ending = asyncio.Event()
        self._failure: RightcastError | None = None
        make = self._process
        self._prepare = make("prepare")
        self._headends = [make("headend", shard) for shard in range(settings.headends)]
        self._edges = [make("edge", index) for index in range(settings.edges)]
        self._beside = [make("sender"), make("archivist")]
        self._panels = [make("panel"), make("jobs")]
        self._kept: list[SupervisedProcess] = []

    async def run(self) -> None:
        """Start everything, wait for the end, end everything. Raises the failure that prevented the start."""
        with self._signals():
            async with asyncio.TaskGroup() as tasks:
                start = tasks.create_task(self._start(tasks))
                await self._ending.wait()
                start.cancel()
                await asyncio.gather(*(process.stop() for process in [self._prepare, *self._kept]))
        self._progress.clear()
        if self._failure is not None:
            raise self._failure

    async def _start(self, tasks: asyncio.TaskGroup) -> None:
        self._progress.awaiting("database", "headend", "edge", "console")
        async with asyncio.TaskGroup() as steps:
            prepared = steps.create_task(self._prepare_database())
            self._keep(tasks, [*self._headends, *self._edges, *self._beside])
            steps.create_task(self._await_planes())
            if not await prepared:
                return
            self._keep(tasks, self._panels)
            steps.create_task(self._await_console())
            if self._settings.demo:
                self._progress.awaiting("first picture")
                await self._await_picture()
        self._say_what_to_open()

    def _keep(self, tasks: asyncio.TaskGroup, processes: list[SupervisedProcess]) -> None:
        for process in processes:
            if not self._ending.is_set():
                self._kept.append(process)
                tasks.create_task(process.keep(), name=process.name)

    async def _prepare_database(self) -> bool:
        code = await self._prepare.run_once()
        if self._ending.is_set():
            return False
        if code == NEEDS_OPERATOR:
            self._fail(take_failure(self._settings, self._prepare.name))
        elif code != 0:
            self._fail(
                RightcastError(
                    f"The database could not be prepared ({describe_exit(code)}).",
                    remedy=f"{self._settings.data / 'logs' / 'prepare.log'} says why.",
                )
            )
        else:
            self._progress.done("database")
        return code == 0

    async def _await_planes(self) -> None:
        for process in self._headends:
            if await until(lambda process=process: headend_reports(self._settings, process.pid), START_S):  # type: ignore[misc]  # mypy sees no Callable in a lambda with a default
                self._progress.done("headend", process.name.removeprefix("headend "))
        if await until_listening(self._settings.listen, START_S):
            self._progress.done("edge", f"at {viewers_url(self._settings)}")

    async def _await_console(self) -> None:
        if await until_listening(self._settings.console, START_S):
            self._progress.done("console", f"at {console_url(self._settings)}")
        else:
            self._late("console", "panel.log")

    async def _await_picture(self) -> None:
        try:
            note = read_demo_note(self._settings)
        except NotFoundError:
            self._progress.failed("first picture", "the station has channels of its own, so no demo was added")
            return
        path = f"/live/{note.username}/{note.password}/{note.channels[0]}.ts"
        if await until_picture(self._settings.listen, path, START_S):
            self._progress.done("first picture")
        else:
            self._late("first picture", "headend-1.log")

    def _late(self, step: str, log_name: str) -> None:
        self._progress.failed(step, f"not there after {START_S:.0f} s; see {self._settings.data / 'logs' / log_name}")

    def _say_what_to_open(self) -> None:
        try:
            lines = sheet_lines(demo_sheet(self._settings))
        except NotFoundError:
            login = operator_login(self._settings)
            lines = ["", f"  Console   {login.url}   {login.user} / {login.password or 'your own password'}"]
        for line in [*lines, "", "  Ctrl-C takes the station off the air."]:
            self._progress.say(line)

    def _process(self, room: str, index: int = 0) -> SupervisedProcess:
        return SupervisedProcess(room, index, self._settings, on_failure=self._fail)

    def _fail(self, error: RightcastError) -> None:
        self._failure = self._failure or error
        self._ending.set()

    def _interrupted(self) -> None:
        if not self._ending.is_set():
            self._progress.clear()
            self._progress.say("\n  Taking the station off the air ...")
            self._ending.set()
            return
        for process in [self._prepare, *self._kept]:
            process.kill()

    @contextmanager
    def _signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        for number in numbers:
            loop.add_signal_handler(number, self._interrupted)
        try:
            yield
        finally:
            for number in numbers:
                loop.remove_signal_handler(number)
