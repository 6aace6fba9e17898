"""Findings of what ends by the calendar: carriage rights and certificates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rightcast.domain.findings import Finding, Severity, Subject, SubjectKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_DAY_S = 86_400.0
RIGHT_DAYS = ((1, Severity.CRITICAL), (7, Severity.WARNING), (30, Severity.INFO))
CERTIFICATE_DAYS = ((3, Severity.CRITICAL), (14, Severity.WARNING))


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingRight:
    """A right in force that ends; `ends` in unix seconds."""

    id: int
    reference: str
    licensor: str
    ends: float
    channels: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Expiry:
    """A certificate and its end in unix seconds."""

    name: str
    ends: float


def right_findings(rights: Iterable[EndingRight], now: float) -> Iterator[Finding]:
    """Rights that end within 30, 7 or 1 days, ever more severe."""
    for right in rights:
        severity = _by_days(right.ends - now, RIGHT_DAYS)
        if severity is None or right.ends <= now:
            continue
        many = f"{right.channels:,} channel{'' if right.channels == 1 else 's'}"
        yield Finding(
            subject=Subject(SubjectKind.RIGHT, str(right.id), right.reference),
            kind="right-ending",
            detail=f"Granted by {right.licensor} for {many}; ends {_moment(right.ends)}.",
            severity=severity,
        )


def certificate_findings(certificates: Iterable[Expiry], now: float) -> Iterator[Finding]:
    """Certificates that end within 14 or 3 days, or have ended."""
    for one in certificates:
        severity = _by_days(one.ends - now, CERTIFICATE_DAYS)
        if severity is not None:
            word = "ended" if one.ends <= now else "ends"
            yield Finding(
                subject=Subject(SubjectKind.STATION, one.name, one.name),
                kind="certificate-ending",
                detail=f"It {word} {_moment(one.ends)}.",
                severity=severity,
            )


def _by_days(left_s: float, steps: tuple[tuple[int, Severity], ...]) -> Severity | None:
    return next((severity for days, severity in steps if left_s < days * _DAY_S), None)


def _moment(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"
