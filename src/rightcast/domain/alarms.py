"""Alarms: from what is found wrong moment by moment to what a person is told, once.

Pure: `Alarms.step` is handed findings and the clock and answers with what turned; storing and telling is others' work.
"""

from __future__ import annotations

import enum
from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rightcast.domain.causes import shared_causes
from rightcast.domain.findings import DAMAGE, OUTAGE, AlarmKind, Finding, Key, Severity, Subject, kind_of
from rightcast.domain.quiet import QuietTime

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

FLAP_WINDOW_S = 600.0
"""An alarm that comes back within this time of having gone flaps."""
MOST_DAMPING = 5
"""Each return doubles the time an alarm must stay away, at most so often ..."""
LONGEST_CLEAR_S = 600.0
"""... and up to this."""
RIPE_S = 3.0
"""A cause is looked for so long before what it explains would be raised."""


class Notice(enum.StrEnum):
    """Why somebody is told."""

    RAISED = "raised"
    RISEN = "risen"
    REMINDED = "reminded"
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """Somebody has seen it; they are told no more unless it becomes worse or `until` (unix seconds) passes."""

    by: str
    at: float
    severity: Severity
    note: str = ""
    until: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One alarm from its raising to its clearing; moments are unix seconds.

    `since` is when the finding began, `cause` the open alarm that explains this one, `told` the severity
    that was last told, `flaps` how often it came back. `away_since`: absent, but not yet for long enough.
    """

    key: Key
    severity: Severity
    detail: str
    since: float
    raised: float
    cause: Key | None = None
    told: Severity | None = None
    acknowledged: Acknowledgement | None = None
    quiet: bool = False
    flaps: int = 0
    away_since: float | None = None
    cleared: float | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """An alarm that changed in one step, whether somebody is to be told, and the names of what it explains."""

    alarm: Alarm
    notice: Notice | None = None
    hides: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What an operator wants to be otherwise for a kind, or for a kind on one subject; None keeps what is."""

    kind: str
    subject: Subject | None = None
    enabled: bool = True
    severity: Severity | None = None
    raise_after_s: float | None = None
    clear_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """The operator's rules and quiet times."""

    rules: tuple[Rule, ...] = ()
    quiet: tuple[QuietTime, ...] = ()

    def terms(self, key: Key) -> AlarmKind | None:
        """How this key is treated; None when no alarm is wanted. A subject's own rule wins."""
        terms, enabled = kind_of(key.kind), True
        for rule in sorted(self.rules, key=lambda one: one.subject is not None):
            if rule.kind != key.kind or rule.subject not in {None, key.subject}:
                continue
            enabled = rule.enabled
            terms = replace(
                terms,
                severity=rule.severity or terms.severity,
                raise_after_s=terms.raise_after_s if rule.raise_after_s is None else rule.raise_after_s,
                clear_after_s=terms.clear_after_s if rule.clear_after_s is None else rule.clear_after_s,
            )
        return terms if enabled else None

    def severity(self, finding: Finding, terms: AlarmKind) -> Severity:
        """A rule's word counts before the finding's own."""
        ruled = any(
            rule.severity is not None and rule.kind == finding.kind and rule.subject in {None, finding.subject}
            for rule in self.rules
        )
        return terms.severity if ruled or finding.severity is None else finding.severity

    def is_quiet(self, key: Key, local: datetime) -> bool:
        """Whether nobody is to be told of this key now."""
        return any(one.covers(key, local) for one in self.quiet)


@dataclass(slots=True)
class _Memory:
    """What is known of a key besides its open alarm; forgotten when nothing happens for FLAP_WINDOW_S."""

    began: float | None = None
    returns: deque[float] = field(default_factory=lambda: deque(maxlen=MOST_DAMPING))
    cleared: float | None = None

    def returned(self, now: float) -> None:
        self.returns.append(now)

    def damping(self, now: float) -> int:
        while self.returns and now - self.returns[0] > FLAP_WINDOW_S:
            self.returns.popleft()
        return len(self.returns)

    def is_idle(self, now: float) -> bool:
        return (
            self.began is None
            and not self.damping(now)
            and (self.cleared is None or now - self.cleared > FLAP_WINDOW_S)
        )


class Alarms:
    """The open alarms of a station. One owner calls `step` with a clock that does not run backwards."""

    def __init__(self, opened: Iterable[Alarm] = ()) -> None:
        self.open: dict[Key, Alarm] = {alarm.key: alarm for alarm in opened}
        self._memory: dict[Key, _Memory] = {}

    def acknowledge(self, key: Key, acknowledgement: Acknowledgement | None) -> None:
        """Somebody has seen the open alarm of this key, or takes that back. Nothing for a key without one."""
        alarm = self.open.get(key)
        if alarm is not None and alarm.acknowledged != acknowledgement:
            self.open[key] = replace(alarm, acknowledged=acknowledgement)

    def step(
        self,
        findings: Iterable[Finding],
        now: datetime,
        policy: Policy | None = None,
        resting: Mapping[Subject, int] | None = None,
    ) -> list[Turn]:
        """What turned at `now` (aware, in the station's zone): raised, changed, hidden, surfaced, cleared.

        `resting` says how many channels rest on each dependency. Every alarm appears at most once.
        """
        moment, rules = now.timestamp(), policy or Policy()
        before = dict(self.open)
        present = self._present(findings, rules, resting or {}, moment)
        gone = self._clear(present, rules, moment)
        self._raise(present, rules, moment)
        self._refresh(present, rules, moment)
        hides = self._explained(present)
        turns = [Turn(alarm, Notice.CLEARED if alarm.told is not None else None) for alarm in gone]
        for key in list(self.open):
            alarm = replace(self.open[key], quiet=rules.is_quiet(key, now))
            alarm, notice = _told(alarm, moment)
            self.open[key] = alarm
            if notice is not None or _differs(alarm, before.get(key)):
                turns.append(Turn(alarm, notice, tuple(sorted(hides.get(key, ())))))
        self._memory = {key: one for key, one in self._memory.items() if key in self.open or not one.is_idle(moment)}
        return turns

    def _present(
        self, findings: Iterable[Finding], rules: Policy, resting: Mapping[Subject, int], now: float
    ) -> dict[Key, Finding]:
        """The findings that count, with the causes they share; of two of one key the worse.

        A cause is looked for a little before what it explains would be raised, and no earlier: what only starts
        together does not fail together.
        """
        wanted: dict[Key, Finding] = {}
        for finding in findings:
            terms = rules.terms(finding.key)
            if terms is None:
                continue
            judged = replace(finding, severity=rules.severity(finding, terms))
            other = wanted.get(finding.key)
            if other is None or (judged.severity or 0) > (other.severity or 0):
                wanted[finding.key] = judged
        standing = {(key.subject, kind_of(key.kind).group) for key in self.open}
        lasting = [one for key, one in wanted.items() if key in self.open or self._is_ripe(one, rules, now)]
        for cause in shared_causes(lasting, resting, standing):
            terms = rules.terms(cause.key)
            if terms is not None:
                wanted[cause.key] = replace(cause, severity=rules.severity(cause, terms))
        return wanted

    def _is_ripe(self, finding: Finding, rules: Policy, now: float) -> bool:
        memory = self._memory.setdefault(finding.key, _Memory())
        if memory.began is None:
            memory.began = min(finding.since, now) if finding.since > 0 else now
        terms = rules.terms(finding.key)
        return terms is not None and now - memory.began >= terms.raise_after_s - RIPE_S

    def _clear(self, present: Mapping[Key, Finding], rules: Policy, now: float) -> list[Alarm]:
        gone = []
        for key, alarm in list(self.open.items()):
            if key in present:
                continue
            away_since = now if alarm.away_since is None else alarm.away_since
            memory = self._memory.setdefault(key, _Memory())
            terms = rules.terms(key)
            wait_s = 0.0 if terms is None else terms.clear_after_s
            damped_s = wait_s * 2 ** memory.damping(now)
            if now - away_since >= max(wait_s, min(damped_s, LONGEST_CLEAR_S)):
                del self.open[key]
                memory.began, memory.cleared = None, now
                gone.append(replace(alarm, away_since=None, cleared=now))
            else:
                self.open[key] = replace(alarm, away_since=away_since)
        for key, memory in self._memory.items():
            if key not in present and key not in self.open:
                memory.began = None
        return gone

    def _raise(self, present: Mapping[Key, Finding], rules: Policy, now: float) -> None:
        """Causes come first: what rests on something that is about to be raised waits for it."""
        pending = [finding for key, finding in present.items() if key not in self.open]
        for finding in sorted(pending, key=lambda one: bool(one.rests_on)):
            memory = self._memory.setdefault(finding.key, _Memory())
            if memory.began is None:
                memory.began = min(finding.since, now) if finding.since > 0 else now
            terms = rules.terms(finding.key)
            if terms is None or now - memory.began < terms.raise_after_s or self._waits_for_cause(finding, present):
                continue
            back = memory.cleared is not None and now - memory.cleared <= FLAP_WINDOW_S
            if back:
                memory.returned(now)
            self.open[finding.key] = Alarm(
                key=finding.key,
                severity=finding.severity or terms.severity,
                detail=finding.detail,
                since=memory.began,
                raised=now,
                flaps=memory.damping(now),
            )

    def _waits_for_cause(self, finding: Finding, present: Mapping[Key, Finding]) -> bool:
        pending = _causes(key for key in present if key not in self.open)
        return _cause_of(finding, pending) is not None

    def _explained(self, present: Mapping[Key, Finding]) -> dict[Key, set[str]]:
        """What each open cause explains, alarms and those that would have become one."""
        causes = _causes(self.open)
        found: dict[Key, set[str]] = {}
        for finding in present.values():
            cause = _cause_of(finding, causes)
            if cause is not None:
                found.setdefault(cause, set()).add(str(finding.subject))
        return found

    def _refresh(self, present: Mapping[Key, Finding], rules: Policy, now: float) -> None:
        """Bring every open alarm up to what is found of it now, and hide what an open cause explains."""
        causes = _causes(self.open)
        for key, alarm in list(self.open.items()):
            finding = present.get(key)
            if finding is None:
                cause = alarm.cause if alarm.cause in self.open else None
                self.open[key] = replace(alarm, cause=cause)
                continue
            flaps = alarm.flaps
            if alarm.away_since is not None:
                flaps += 1
                self._memory.setdefault(key, _Memory()).returned(now)
            self.open[key] = replace(
                alarm,
                severity=finding.severity or alarm.severity,
                detail=finding.detail,
                cause=_cause_of(finding, causes),
                flaps=flaps,
                away_since=None,
            )


def _causes(keys: Iterable[Key]) -> dict[tuple[Subject, str], Key]:
    """By subject and group the key that explains what rests on it."""
    found: dict[tuple[Subject, str], Key] = {}
    for key in keys:
        group = kind_of(key.kind).group
        if group:
            found.setdefault((key.subject, group), key)
    return found


def _cause_of(finding: Finding, causes: Mapping[tuple[Subject, str], Key]) -> Key | None:
    """What explains a finding: an outage of what it rests on explains everything, damage only damage."""
    groups = (OUTAGE, DAMAGE) if kind_of(finding.kind).group == DAMAGE else (OUTAGE,)
    for subject in finding.rests_on:
        for group in groups:
            if subject != finding.subject and (subject, group) in causes:
                return causes[subject, group]
    return None


def _told(alarm: Alarm, now: float) -> tuple[Alarm, Notice | None]:
    """The alarm after this moment's decision whether to tell of it, and why."""
    seen = alarm.acknowledged
    expired = seen is not None and seen.until is not None and now >= seen.until
    risen = seen is not None and alarm.severity > seen.severity
    if expired or risen:
        alarm = replace(alarm, acknowledged=None)
    if alarm.acknowledged is not None or alarm.cause is not None or alarm.quiet or alarm.away_since is not None:
        return alarm, None
    if alarm.told is None:
        return replace(alarm, told=alarm.severity), Notice.RAISED
    if risen or alarm.severity > alarm.told:
        return replace(alarm, told=alarm.severity), Notice.RISEN
    return alarm, Notice.REMINDED if expired else None


def _differs(alarm: Alarm, before: Alarm | None) -> bool:
    """Whether something changed that is kept; being away for a moment is not."""
    return before is None or replace(alarm, away_since=None) != replace(before, away_since=None)
