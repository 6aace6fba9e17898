"""A whole station in a folder of its own: the real `rightcast serve`, its addresses, its processes, its commands."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import psutil

from rightcast.contract.station import StationSettings
from tests import fresh, warm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")
PROGRAM = Path(sys.executable).parent / "rightcast"
ON_AIR_S = 60.0
NUMBERS = itertools.count(1)


def until(found: Callable[[], T | None], *, within_s: float, what: str) -> T:
    """What `found` returns once it returns something; fails naming `what` after `within_s` seconds."""
    deadline = time.monotonic() + within_s
    pause_s = 0.02
    while True:
        result = found()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within_s:.0f} s: {what} (last answer {result!r})")
        time.sleep(pause_s)
        pause_s = min(1.2 * pause_s, 0.2)  # asking takes from what is waited for


@dataclass(frozen=True)
class Answer:
    """An HTTP answer, also when it is a refusal."""

    status: int
    body: bytes
    headers: dict[str, str]
    url: str

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


def fetch(url: str, *, method: str = "GET", headers: dict[str, str] | None = None, body: bytes | None = None) -> Answer:
    """One request, redirects followed; a refusal is an answer too."""
    request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=15) as reply:
            return Answer(reply.status, reply.read(), {k.lower(): v for k, v in reply.headers.items()}, reply.url)
    except urllib.error.HTTPError as refusal:
        with refusal:
            lowered = {k.lower(): v for k, v in refusal.headers.items()}
            return Answer(refusal.code, refusal.read(), lowered, refusal.url)


@dataclass
class Rig:
    """A running station. `server` is the viewers' address; `line` and `secret` open it."""

    data: Path
    process: subprocess.Popen[bytes]
    environment: dict[str, str]
    server: str = ""
    line: str = ""
    secret: str = ""
    channels: dict[str, int] = field(default_factory=dict)

    def command(self, *arguments: str, check: bool = True) -> Any:
        """Run a command of the station with --json; returns what it printed."""
        done = warm.run([*arguments, "--json"], env=self.environment)
        if check and done.returncode:
            raise AssertionError(f"{' '.join(arguments)}: {done.returncode} {done.stdout!r} {done.stderr!r}")
        return json.loads(done.stdout) if done.stdout.strip() else None

    def add(self, name: str, source: str, *options: str) -> int:
        """Add a channel that waits for a right, its signal not looked at first; returns its id."""
        self.channels[name] = self.command("channel", "add", name, source, "--unchecked", *options)["id"]
        return self.channels[name]

    def allow(self, name: str = "", *options: str) -> int:
        """Record a right for a channel, or for all there are; returns its id."""
        subject = ("--channel", name) if name else ("--all",)
        grant = ("--type", "own-production", "--licensor", "We", "--territory", "worldwide")
        reference = ("--reference", f"R-{next(NUMBERS)}")
        return int(self.command("right", "add", *subject, *grant, *reference, *options)["id"])

    def carry(self, name: str, source: str, *options: str) -> None:
        """Add a channel under a right of our own, worldwide. It is on air when its signal is."""
        self.add(name, source, *options)
        self.allow(name)

    def open_line(self, name: str, *options: str, package: str = "All") -> None:
        """Sell a package to a new line with many screens, and watch under it from now on."""
        made = self.command("line", "add", name, "--package", package, "--max-sessions", "30", *options)
        self.line, self.secret = made["name"], made["password"]

    def url(self, channel: int | str, extension: str = "ts") -> str:
        """The address under which the line watches a channel, given by id or name."""
        number = self.channels[channel] if isinstance(channel, str) else channel
        return f"{self.server}/live/{self.line}/{self.secret}/{number}.{extension}"

    def api(self, action: str = "", **more: str) -> Any:
        """An answer of the players' API."""
        query = f"username={self.line}&password={self.secret}" + (f"&action={action}" if action else "")
        query += "".join(f"&{key}={value}" for key, value in more.items())
        return fetch(f"{self.server}/player_api.php?{query}").json

    def states(self) -> dict[str, str]:
        """What the headends say of each channel they carry, by name."""
        reports = self.command("status")["headends"]
        return {one["name"]: one["state"] for report in reports for one in report["channels"]}

    def processes(self) -> dict[str, psutil.Process]:
        """Living processes of the station by the name they give themselves, such as `edge 1`."""
        found = {}
        for child in psutil.Process(self.process.pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                title = " ".join(child.cmdline())
                if title.startswith("rightcast: "):
                    found[title.removeprefix("rightcast: ").strip()] = child
        return found

    def kill(self, name: str) -> int:
        """Kill a process of the station without warning; returns its pid."""
        process = self.processes()[name]
        process.kill()
        return process.pid

    def until_back(self, name: str, old_pid: int, within_s: float = 20) -> None:
        """Wait until a process killed before runs again."""
        until(
            lambda: (found := self.processes().get(name)) is not None and found.pid != old_pid,
            within_s=within_s,
            what=f"{name} starts again",
        )

    def until_on_air(self, channel: int | str, within_s: float = 30) -> None:
        """Wait until a viewer of the channel gets its first packet."""
        try:
            until(lambda: first_byte(self.url(channel)) == b"G", within_s=within_s, what=f"channel {channel} on air")
        except AssertionError as late:
            seen = json.dumps(self.command("status"), indent=1)
            late.add_note(f"{seen}\n{self.logs()[-4000:]}\n{fetch(self.url(channel), method='HEAD')}")
            raise

    def logs(self) -> str:
        """Everything that the processes logged so far."""
        return "\n".join(path.read_text(errors="replace") for path in sorted((self.data / "logs").glob("*.log")))


def first_byte(url: str) -> bytes:
    """The first byte of a stream, nothing when it is refused or silent."""
    try:
        with urllib.request.urlopen(url, timeout=10) as reply:
            return bytes(reply.read(1))
    except OSError:
        return b""


@contextlib.contextmanager
def station(folder: Path, *options: str, demo: bool = False) -> Iterator[Rig]:
    """A station on free ports in `folder`; ends it and asserts that it leaves no process behind."""
    data = folder / "data"
    fresh.lay(data)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("RIGHTCAST_", "DJANGO_"))}
    environment["RIGHTCAST_DATA"] = str(data)
    arguments = [PROGRAM, "serve", "--listen", "127.0.0.1:0", "--console", "127.0.0.1:0", *options]
    with (folder / "terminal.txt").open("wb") as terminal:
        process = subprocess.Popen(
            [*arguments, *(["--demo"] if demo else [])], env=environment, stdout=terminal, stderr=subprocess.STDOUT
        )
    rig = Rig(data, process, environment)
    try:
        _await_on_air(rig, folder, demo=demo)
        yield rig
    finally:
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        finally:
            _, alive = psutil.wait_procs(family, timeout=3)
            for one in alive:
                one.kill()
    assert process.returncode == 0, (folder / "terminal.txt").read_text()
    assert not alive, f"left behind: {alive}"
    assert not StationSettings(data=data).ring_root.exists(), "the ring's memory is given back"


def _await_on_air(rig: Rig, folder: Path, *, demo: bool) -> None:
    def settings() -> Any:
        if rig.process.poll() is not None:
            raise AssertionError(f"serve ended: {(folder / 'terminal.txt').read_text()}")
        kept = rig.data / "station.json"
        return json.loads(kept.read_text()) if kept.exists() else None

    listen = until(settings, within_s=ON_AIR_S, what="settings of the running station")["listen"]
    rig.server = f"http://{listen['host']}:{listen['port']}"
    until(lambda: _healthy(rig), within_s=ON_AIR_S, what="edge answers")
    until(lambda: {"panel", "jobs"} <= set(rig.processes()), within_s=ON_AIR_S, what="panel runs")
    if demo:
        sheet = rig.command("demo")
        rig.line, rig.secret = sheet["xtream"]["username"], sheet["xtream"]["password"]
        rig.channels = {one["name"]: one["id"] for one in sheet["channels"]}
        rig.open_line("viewer", package="Demo")
        for name in rig.channels:
            rig.until_on_air(name, ON_AIR_S)


def _healthy(rig: Rig) -> bool:
    try:
        return fetch(f"{rig.server}/healthz").status == 200
    except OSError:
        return False
