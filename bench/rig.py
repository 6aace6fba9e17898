"""The measuring rig: where things are pinned, how CPU and memory are read, how rooms are started.

Whatever is measured runs on SERVER_CPU, whatever loads it on LOAD_CPU. Linux only.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HERE = Path(__file__).parent
BUILD = HERE / "build"
SERVER_CPU = 0
LOAD_CPU = max(os.sched_getaffinity(0))
TICK_S = 1 / os.sysconf("SC_CLK_TCK")


class RigError(Exception):
    """The rig cannot measure here; the sentence says what is missing."""


def compiled(name: str) -> Path:
    """The program made from bench/reference/NAME.c, rebuilt when its source is newer. Raises RigError."""
    source, program = HERE / "reference" / f"{name}.c", BUILD / name
    if program.exists() and program.stat().st_mtime > source.stat().st_mtime:
        return program
    BUILD.mkdir(exist_ok=True)
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise RigError("No C compiler is here; on Debian: apt install gcc libc6-dev")
    subprocess.run([compiler, "-O2", "-o", str(program), str(source)], check=True)
    return program


def tool(name: str) -> str:
    """The path of an installed program. Raises RigError naming it."""
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if found is None:
        raise RigError(f"The program {name} is not installed; scripts/real-parts.sh brings it.")
    return found


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """A port that nobody uses at the moment."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def free_udp_range(count: int) -> int:
    """The first of `count` neighbouring UDP ports below the ephemeral range that are all free. Raises RigError."""
    for base in range(20_000, 32_000 - count, count):
        with contextlib.ExitStack() as held, contextlib.suppress(OSError):
            for port in range(base, base + count):
                probe = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
                probe.bind(("127.0.0.1", port))
            return base
    raise RigError(f"No {count} neighbouring UDP ports are free.")


def wait_for(condition: Callable[[], object], seconds: float, what: str) -> None:
    """Return once `condition` holds. Raises RigError after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise RigError(f"Waited {seconds:g} s in vain for {what}.")
        time.sleep(0.02)


def listening(port: int) -> bool:
    """Whether a TCP server accepts on this port of the loopback."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@dataclass(slots=True)
class Running:
    """A started process, its output kept in a file."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid

    def stop(self) -> str:
        """End it with SIGTERM, then SIGKILL after 8 s; returns what it had printed."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(8)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.text()

    def text(self) -> str:
        """What it has printed so far."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def assert_alive(self) -> None:
        """Raises RigError with its last words when it has ended."""
        if self.process.poll() is not None:
            raise RigError(f"{self.log.stem} ended with {self.process.returncode}: {self.text()[-1500:]}")


@dataclass(slots=True)
class Rig:
    """A scratch folder on tmpfs and the processes of one measurement; `close` ends and removes all."""

    quick: bool = False
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="rcb-", dir="/dev/shm")))
    running: list[Running] = field(default_factory=list)

    def start(
        self, name: str, command: list[str], *, cpu: int, environment: dict[str, str] | None = None, stdin: int = -3
    ) -> Running:
        """Start a process on one CPU; it dies with the rig."""
        log = self.folder / f"{name}-{len(self.running)}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                ["taskset", "-c", str(cpu), *command],
                stdin=stdin,
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
                cwd=HERE.parent,
            )
        started = Running(process, log)
        self.running.append(started)
        return started

    def close(self) -> None:
        """End every process, last started first, and remove the scratch folder."""
        for started in reversed(self.running):
            started.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


@contextlib.contextmanager
def rigged(quick: bool) -> Iterator[Rig]:
    """A rig for the length of one measurement."""
    rig = Rig(quick)
    try:
        yield rig
    finally:
        rig.close()


def run_to_json(command: list[str], *, cpu: int, timeout: float) -> dict[str, float]:
    """Run a load maker on one CPU and read the JSON line it prints."""
    done = subprocess.run(
        ["taskset", "-c", str(cpu), *command], capture_output=True, timeout=timeout, check=True, text=True
    )
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


def family(pid: int) -> list[int]:
    """The process and all its living descendants."""
    found, queue = [], [pid]
    while queue:
        one = queue.pop()
        found.append(one)
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{one}/task").iterdir():
                queue += [int(child) for child in (task / "children").read_text().split()]
    return found


def command_of(pid: int) -> str:
    """The command line of a process; empty when it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def cpu_seconds(pid: int) -> float:
    """CPU time that a process and its living descendants have used, user and system."""
    total = 0.0
    for one in family(pid):
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            total += (int(fields[11]) + int(fields[12])) * TICK_S
    return total


def cpu_share(pids: list[int], seconds: float) -> float:
    """Share of one core that the processes use over the next `seconds`, in percent."""
    before, begin = sum(map(cpu_seconds, pids)), time.monotonic()
    time.sleep(seconds)
    return (sum(map(cpu_seconds, pids)) - before) / (time.monotonic() - begin) * 100


def memory_bytes(pid: int, kind: str = "Pss") -> int:
    """Memory of a process and its descendants by /proc/PID/smaps_rollup (Pss, Pss_Shmem, Rss, ...), in bytes."""
    total = 0
    for one in family(pid):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
                if line.startswith(f"{kind}:"):
                    total += int(line.split()[1]) * 1024
    return total


def machine() -> str:
    """This machine in one line, for the table of results."""
    info = Path("/proc/cpuinfo").read_text()
    model = next((line.split(":")[1].strip() for line in info.splitlines() if line.startswith("model name")), "unknown")
    gigabytes = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9
    version = f"Python {sys.version_info[0]}.{sys.version_info[1]}.{sys.version_info[2]}"
    return f"{os.cpu_count()} x {model}, {gigabytes:.0f} GB, Linux {os.uname().release}, {version}"


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values lie, by nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, int(share * len(ordered) + 0.999999) - 1))]
