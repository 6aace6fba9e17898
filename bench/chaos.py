"""`make chaos`: a station under faults for some minutes; no viewer may be closed, none may look at nothing for long.

A real `rightcast serve` carries a few channels of sources that fail to a script made from a seed. Everything stays on
the loopback; only processes started here are ended, stopped or killed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from bench.feeders import Bank, Feeder, moving_loop
from bench.rig import free_udp_range, wait_for
from bench.watchers import Audience, Watcher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PROGRAM = Path(sys.executable).parent / "rightcast"
ALLOWANCE_S = 2.5
"""How much longer than its fault, where nothing else could be shown, a viewer may look at nothing."""
SETTLE_S = 4.0
WATCHERS_EACH = 2
_PIDS = (0x100, 0x200)


@dataclass(slots=True)
class Channel:
    """A channel of the station, its feeders in order of preference, and who watches it."""

    name: str
    sources: list[str]
    feeders: list[Feeder]
    id: int = 0
    watchers: list[Watcher] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One fault: what was done to which channel, how long it lasted without a way out, and the longest dead air."""

    at_s: float
    fault: str
    channel: str
    allowed_s: float
    dark_s: float

    @property
    def good(self) -> bool:
        """Whether viewers looked at nothing for no longer than allowed."""
        return self.dark_s <= self.allowed_s


class Station:
    """The real thing, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self._environment = {k: v for k, v in os.environ.items() if not k.startswith(("RIGHTCAST_", "DJANGO_"))}
        self._environment |= {"RIGHTCAST_DATA": str(self.data)}
        self._log = (folder / "terminal.txt").open("wb")
        call = [PROGRAM, "serve", "--listen", "127.0.0.1:0", "--console", "127.0.0.1:0"]
        self.process = subprocess.Popen(call, env=self._environment, stdout=self._log, stderr=subprocess.STDOUT)
        self.port = 0
        wait_for(self._listens, 60, "the station to answer")

    def command(self, *arguments: str) -> Any:
        """Run a command; its answer."""
        done = subprocess.run([PROGRAM, *arguments, "--json"], env=self._environment, capture_output=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{' '.join(arguments)}: {done.stdout.decode()} {done.stderr.decode()}")
        return json.loads(done.stdout) if done.stdout.strip() else None

    def report(self) -> dict[int, dict[str, Any]]:
        """What the headend says of each channel."""
        return {one["id"]: one for head in self.command("status")["headends"] for one in head["channels"]}

    def family(self) -> list[psutil.Process]:
        """Every process below the station."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def words(self, lines: int = 8) -> str:
        """The last words of the headend's log."""
        log = "".join(path.read_text(errors="replace") for path in sorted((self.data / "logs").glob("headend*.log")))
        return "\n".join(f"      {line}" for line in log.splitlines()[-lines:])

    def headend(self) -> psutil.Process | None:
        """The headend's process; None while it is being started."""
        for process in self.family():
            with contextlib.suppress(psutil.Error):
                if " ".join(process.cmdline()).strip() == "rightcast: headend 1":
                    return process
        return None

    def close(self) -> None:
        """End it, and whatever of it does not go."""
        family = self.family()
        self.process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(20)
        for process in family:
            with contextlib.suppress(psutil.Error):
                process.kill()
        if self.process.poll() is None:
            self.process.kill()
        self._log.close()

    def _listens(self) -> bool:
        kept = self.data / "station.json"
        if not kept.exists():
            return False
        self.port = json.loads(kept.read_text())["listen"]["port"]
        with contextlib.suppress(OSError):
            return bool(urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2).status == 200)
        return False


class Fetcher:
    """Follows a playlist as a player does: its answers must be good, and its numbers go on."""

    def __init__(self, address: str) -> None:
        self.failures: list[str] = []
        self.newest = -1
        self.stalled_s = 0.0
        self._address = address
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop."""
        self._over.set()
        self._thread.join(10)

    def _run(self) -> None:
        moved = time.monotonic()
        while not self._over.wait(1.0):
            try:
                with urllib.request.urlopen(self._address, timeout=10) as answer:
                    self._address, text = answer.url, answer.read().decode()
                names = [line for line in text.splitlines() if line.endswith(".ts")]
                urllib.request.urlopen(self._address.replace("index.m3u8", names[-1]), timeout=10).read()
            except (OSError, IndexError) as error:
                self.failures.append(f"{error}")
                continue
            number = int(names[-1].removesuffix(".ts"))
            if number > self.newest:
                self.newest, moved = number, time.monotonic()
            self.stalled_s = max(self.stalled_s, time.monotonic() - moved)


class Chaos:
    """The script and its book."""

    def __init__(self, station: Station, channels: list[Channel], bank: Bank, seed: int) -> None:
        self.outcomes: list[Outcome] = []
        self._station = station
        self._channels = channels
        self._bank = bank
        self._chance = random.Random(seed)
        self._begun = time.monotonic()

    def run(self, minutes: float, only: list[str]) -> None:
        """Faults one after another until the time is up; each kind once before any comes again."""
        until = time.monotonic() + minutes * 60
        faults: dict[str, Callable[[Channel], float]] = {
            "freeze": self._freeze,
            "refuse": self._refuse,
            "freeze all": self._freeze_all,
            "refuse all": self._refuse_all,
            "damage": self._damage,
            "jump": self._jump,
            "stop ffmpeg": self._stop_ffmpeg,
            "kill headend": self._kill_headend,
        }
        while time.monotonic() < until:
            order = only or self._chance.sample([*faults], len(faults))
            for name in order:
                if time.monotonic() < until:
                    self._inflict(name, faults[name])

    def _inflict(self, name: str, fault: Callable[[Channel], float]) -> None:
        fitting = [one for one in self._channels if (name == "stop ffmpeg") == (one.name == "Program")]
        channel = self._chance.choice(fitting)
        at_s = time.monotonic() - self._begun
        for watcher in self._watchers():
            watcher.dark_s = 0.0
        excuse_s = fault(channel)
        time.sleep(SETTLE_S)
        now = time.monotonic()
        dark_s, darkest = max((max(one.dark_s, now - one.last), one.name) for one in self._watchers())
        outcome = Outcome(at_s, name, channel.name, excuse_s + ALLOWANCE_S, dark_s)
        self.outcomes.append(outcome)
        mark = "  " if outcome.good else "! "
        told = f"{mark}{at_s:7.1f} s  {name:<13} {channel.name:<9} dead air {dark_s:4.2f} s"
        print(told if outcome.good else f"{told} at {darkest}\n{self._station.words()}", flush=True)

    def _watchers(self) -> Iterator[Watcher]:
        return (watcher for channel in self._channels for watcher in channel.watchers)

    def _for_a_while(self, feeders: list[Feeder], do: Callable[[Feeder], None]) -> float:
        with self._bank.lock:
            for feeder in feeders:
                do(feeder)
        time.sleep(self._chance.uniform(3, 7))
        with self._bank.lock:
            for feeder in feeders:
                feeder.serve()
        return 0.0

    def _freeze(self, channel: Channel) -> float:
        return self._for_a_while(channel.feeders[:1], _freeze)

    def _refuse(self, channel: Channel) -> float:
        return self._for_a_while(channel.feeders[:1], Feeder.refuse)

    def _freeze_all(self, channel: Channel) -> float:
        return self._for_a_while(channel.feeders, _freeze)

    def _refuse_all(self, channel: Channel) -> float:
        return self._for_a_while(channel.feeders, Feeder.refuse)

    def _damage(self, channel: Channel) -> float:
        """0.2 % of the packets lost, 0.5 % damaged."""
        return self._for_a_while(channel.feeders, _damage)

    def _jump(self, channel: Channel) -> float:
        with self._bank.lock:
            for feeder in channel.feeders:
                feeder.jump(-30.0)
        return 0.0

    def _stop_ffmpeg(self, _channel: Channel) -> float:
        """An ffmpeg that lives and says nothing: it is stopped, and ended by the headend in time."""
        children = [one for one in self._station.family() if "pipe:1" in one.cmdline()]
        for child in children:
            with contextlib.suppress(psutil.Error):
                child.suspend()
        time.sleep(15)
        left = [one.pid for one in children if one.is_running() and one.status() == psutil.STATUS_STOPPED]
        for child in children:
            with contextlib.suppress(psutil.Error):
                child.resume()
        if left or not children:
            print(f"! of {len(children)} ffmpeg, {len(left)} stayed stopped and alive", flush=True)
        return 0.0

    def _kill_headend(self, _channel: Channel) -> float:
        victim, begun = self._station.headend(), time.monotonic()
        if victim is None:
            return 0.0
        victim.kill()
        wait_for(lambda: (found := self._station.headend()) is not None and found.pid != victim.pid, 30, "the headend")
        return time.monotonic() - begun + 2.0  # until it runs, and a key frame of each source after that


def _freeze(feeder: Feeder) -> None:
    feeder.frozen = True


def _damage(feeder: Feeder) -> None:
    feeder.lost, feeder.damaged = 0.002, 0.005


def _channels(seed: int) -> list[Channel]:
    """Pairs over HTTP and UDP, a channel with one source, and one fetched by ffmpeg with a fallback."""
    first, second = (moving_loop(pid) for pid in _PIDS)
    ports = free_udp_range(2)
    made = [(name, [Feeder(first, seed=seed), Feeder(second, seed=seed)]) for name in ("One", "Two")]
    made.append(("Datagrams", [Feeder(first, udp_port=ports), Feeder(second, udp_port=ports + 1)]))
    made.append(("Alone", [Feeder(first, seed=seed)]))
    channels = [Channel(name, [one.url for one in feeders], feeders) for name, feeders in made]
    spare = Feeder(second, seed=seed)
    card = "testcard:///?name=Program&size=320x180&bitrate=300"
    return [*channels, Channel("Program", [card, spare.url], [spare])]


def _carry(station: Station, channels: list[Channel]) -> tuple[str, str]:
    """Add the channels under a right, and a line that may watch them; its name and secret."""
    for channel in channels:
        fallbacks = [word for url in channel.sources[1:] for word in ("--fallback", url)]
        call = ("channel", "add", channel.name, channel.sources[0], *fallbacks, "--unchecked")
        channel.id = station.command(*call)["id"]
    station.command("right", "add", "--all", "--type", "own-production", "--licensor", "We", "--territory", "worldwide")
    station.command("package", "add", "All", "--all")
    line = station.command("line", "add", "viewer", "--package", "All", "--max-sessions", "60")
    return line["name"], line["password"]


def _judge(chaos: Chaos, channels: list[Channel], fetchers: list[Fetcher]) -> int:
    closed = [one.name for channel in channels for one in channel.watchers if one.closed]
    late = [one for one in chaos.outcomes if not one.good]
    failed = [failure for one in fetchers for failure in one.failures]
    longest = max((one.dark_s for one in chaos.outcomes), default=0.0)
    print(f"\n{len(chaos.outcomes)} faults; longest dead air {longest:.2f} s, {len(late)} longer than allowed")
    print(f"{sum(len(one.watchers) for one in channels)} endless viewers, {len(closed)} closed {' '.join(closed)}")
    print(f"{len(fetchers)} playlists, {len(failed)} fetches failed {'; '.join(sorted(set(failed))[:3])}")
    print(f"longest wait for a playlist's next segment {max(one.stalled_s for one in fetchers):.1f} s")
    return 1 if closed or late or failed else 0


def main() -> int:
    """Run the script; 1 when a viewer was closed, a fetch failed, or dead air lasted longer than allowed."""
    parser = argparse.ArgumentParser(prog="python -m bench.chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=2.0, help="how long (default 2)")
    parser.add_argument("--seed", type=int, default=1, help="of the script")
    parser.add_argument("--only", action="append", default=[], metavar="FAULT", help="these, in this order; repeatable")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="rcc-"))
    channels = _channels(given.seed)
    bank = Bank([feeder for channel in channels for feeder in channel.feeders])
    audience, fetchers, station = None, [], None
    try:
        station = Station(folder)
        name, secret = _carry(station, channels)
        wait_for(lambda: _all_on_air(station, len(channels)), 60, "every channel on air")
        slates = station.data / "slates"
        wait_for(lambda: len([*slates.glob("[!.]*.h264")]) > len(channels), 60, "the slates to be made")
        base = f"/live/{name}/{secret}"
        for channel in channels:
            path = f"{base}/{channel.id}.ts"
            channel.watchers = [Watcher(f"{channel.name}-{n}", path, station.port) for n in range(WATCHERS_EACH)]
        audience = Audience([watcher for channel in channels for watcher in channel.watchers])
        fetchers = [Fetcher(f"http://127.0.0.1:{station.port}{base}/{channel.id}.m3u8") for channel in channels]
        wait_for(lambda: all(one.last for one in audience.watchers), 30, "a picture at every viewer")
        time.sleep(SETTLE_S)
        chaos = Chaos(station, channels, bank, given.seed)
        print(f"Seed {given.seed}, {given.minutes:g} minutes, {len(channels)} channels", flush=True)
        chaos.run(given.minutes, given.only)
        return _judge(chaos, channels, fetchers)
    finally:
        for fetcher in fetchers:
            fetcher.close()
        if audience is not None:
            audience.close()
        if station is not None:
            station.close()
        bank.close()
        shutil.rmtree(folder, ignore_errors=True)


def _all_on_air(station: Station, count: int) -> bool:
    return sum(one["state"] == "on_air" for one in station.report().values()) == count


if __name__ == "__main__":
    sys.exit(main())
