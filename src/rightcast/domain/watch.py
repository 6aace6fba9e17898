"""What the machine watches of a channel, within which limits, and when a fault becomes a finding.

Checks of the stream follow ETSI TR 101 290 section 5.2; those of pictures and sound are our own.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from rightcast.domain.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Mapping

ERRORED_S = 5.5
"""How long a check counts as in error after its last error; counters move every four seconds."""


class Check(enum.StrEnum):
    """Checks of a transport stream, each with its number in TR 101 290 section 5.2."""

    SYNC_LOSS = "sync_loss"  # 1.1
    SYNC_BYTE = "sync_byte"  # 1.2
    PAT = "pat"  # 1.3.a
    CONTINUITY = "continuity"  # 1.4
    PMT = "pmt"  # 1.5.a
    PID = "pid"  # 1.6
    TRANSPORT = "transport"  # 2.1
    CRC = "crc"  # 2.2
    PCR_INTERVAL = "pcr_interval"  # TS 101 154 section 4.1.5.3: the 40 ms that DVB recommends
    PCR_REPETITION = "pcr_repetition"  # 2.3a
    PCR_DISCONTINUITY = "pcr_discontinuity"  # 2.3b
    PCR_ACCURACY = "pcr_accuracy"  # 2.4
    PTS = "pts"  # 2.5
    CAT = "cat"  # 2.6


class Sight(enum.StrEnum):
    """What may be wrong with pictures and sound themselves."""

    BLACK = "black"
    FROZEN = "frozen"
    SILENCE = "silence"
    NO_SOUND = "no_sound"
    UNDECODABLE = "undecodable"


class Severity(enum.StrEnum):
    """How much a finding matters: viewers see it; they may see it; worth knowing."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What is watched of one channel. Times in the units their names say, counted in the stream's own time.

    `every_s`: how often a key picture is decoded, looked at and shown as thumbnail. `*_after_s`: how long a fault must
    last before it is a finding, and be gone (`clear_after_s`) before it no longer is one. `accuracy`, `pcr_ms`: see
    docs/reference/watching.md.
    """

    stream: bool = True
    pictures: bool = True
    sound: bool = True
    every_s: int = 5
    pat_ms: int = 500
    pmt_ms: int = 500
    pcr_ms: int = 40
    pts_ms: int = 700
    absent_s: int = 5
    errors_after_s: int = 5
    black_after_s: int = 10
    frozen_after_s: int = 20
    silence_after_s: int = 20
    clear_after_s: int = 10
    silence_dbfs: int = -60

    def check(self) -> None:
        """Raises InvalidInputError naming the first field that is out of its bounds."""
        for one in fields(self):
            bounds = _BOUNDS.get(one.name)
            value = getattr(self, one.name)
            if bounds is not None and not bounds[0] <= value <= bounds[1]:
                raise InvalidInputError(
                    f"{value} is out of bounds for {one.name}.",
                    remedy=f"Give a whole number from {bounds[0]} to {bounds[1]}.",
                    field=one.name,
                )

    def summary(self) -> str:
        """One sentence for the channel's page."""
        parts = [name for name in ("stream", "pictures", "sound") if getattr(self, name)]
        if not parts:
            return "Nothing is watched."
        said = f"Watched: {', '.join(parts)}"
        return f"{said}; a picture every {self.every_s} s." if self.pictures else f"{said}."


_BOUNDS = {
    "every_s": (2, 300),
    "pat_ms": (100, 10_000),
    "pmt_ms": (100, 10_000),
    "pcr_ms": (10, 100),
    "pts_ms": (100, 10_000),
    "absent_s": (1, 300),
    "errors_after_s": (1, 3600),
    "black_after_s": (1, 3600),
    "frozen_after_s": (1, 3600),
    "silence_after_s": (1, 3600),
    "clear_after_s": (1, 3600),
    "silence_dbfs": (-100, -20),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault that lasts. `kind`: a Check or a Sight; `since`: unix seconds; `sentence`: for the operator."""

    kind: str
    since: float
    severity: Severity
    sentence: str


SENTENCES: dict[str, tuple[Severity, str]] = {
    Check.SYNC_LOSS: (Severity.CRITICAL, "The stream loses its packet sync."),
    Check.SYNC_BYTE: (Severity.WARNING, "Packets come with a wrong sync byte."),
    Check.PAT: (Severity.CRITICAL, "The programme association table (PAT) comes too seldom or is wrong."),
    Check.CONTINUITY: (Severity.WARNING, "Packets are lost or out of order (continuity counters)."),
    Check.PMT: (Severity.CRITICAL, "The programme map (PMT) comes too seldom."),
    Check.PID: (Severity.CRITICAL, "A stream that the programme map lists does not come."),
    Check.TRANSPORT: (Severity.WARNING, "Packets are marked as damaged by a receiver before (transport error)."),
    Check.CRC: (Severity.WARNING, "Tables arrive with a wrong checksum."),
    Check.PCR_REPETITION: (Severity.WARNING, "The programme clock (PCR) comes less often than every 100 ms."),
    Check.PCR_DISCONTINUITY: (Severity.WARNING, "The programme clock (PCR) jumps without being announced."),
    Check.PTS: (Severity.WARNING, "Pictures or sound come with too few time stamps (PTS)."),
    Check.CAT: (Severity.INFO, "The stream is scrambled, but no conditional access table (CAT) comes."),
    Sight.BLACK: (Severity.CRITICAL, "The picture is black."),
    Sight.FROZEN: (Severity.CRITICAL, "The picture stands still."),
    Sight.SILENCE: (Severity.CRITICAL, "The sound is silent."),
    Sight.NO_SOUND: (Severity.CRITICAL, "The programme map lists sound, but none comes."),
    Sight.UNDECODABLE: (Severity.WARNING, "The pictures cannot be decoded."),
}
"""Kinds that become findings. The 40 ms of PCR_INTERVAL and PCR_ACCURACY are counted only: sound streams miss them."""


class Hysteresis:
    """Open once a fault has lasted `after_s` without a break, and until it has been gone for `clear_s`."""

    def __init__(self) -> None:
        self.open = False
        self.since = 0.0
        self._gone: float | None = None
        self._present = False

    def observe(self, present: bool, now: float, *, after_s: float, clear_s: float) -> bool:
        """Take in one look; True while the fault is a finding."""
        if present:
            if not self._present and not self.open:
                self.since = now
            self._gone = None
            self.open = self.open or now - self.since >= after_s
        elif self.open:
            self._gone = now if self._gone is None else self._gone
            self.open = now - self._gone < clear_s
        self._present = present
        return self.open


class Findings:
    """The faults of one channel over time; asked about once a second."""

    def __init__(self) -> None:
        self._states: dict[str, Hysteresis] = {}

    def observe(self, faults: Mapping[str, bool], watch: Watch, now: float) -> list[Finding]:
        """`faults`: each kind that could be looked at, and whether it is present; kinds left out stay as they are."""
        for kind, present in faults.items():
            state = self._states.get(kind)
            if state is None:
                if not present:
                    continue
                state = self._states[kind] = Hysteresis()
            after_s = _after_s(kind, watch)
            if not state.observe(present, now, after_s=after_s, clear_s=watch.clear_after_s) and not present:
                del self._states[kind]
        return [
            Finding(kind, state.since, *SENTENCES[kind]) for kind, state in sorted(self._states.items()) if state.open
        ]

    def forget(self) -> None:
        """The channel is silent or has ended: what was found of it tells nothing any more."""
        self._states.clear()


def _after_s(kind: str, watch: Watch) -> float:
    if kind == Sight.BLACK:
        return watch.black_after_s
    if kind == Sight.FROZEN:
        return watch.frozen_after_s
    if kind in {Sight.SILENCE, Sight.NO_SOUND, Sight.UNDECODABLE}:
        return watch.silence_after_s
    return watch.errors_after_s
