"""Finding the one cause of many failures: what fails together on one dependency failed with it."""

from __future__ import annotations

from collections import defaultdict
from math import ceil
from typing import TYPE_CHECKING

from rightcast.domain.findings import (
    DAMAGE,
    HEADEND_FAILING,
    OUTAGE,
    UPLINK_DAMAGED,
    UPLINK_DOWN,
    Finding,
    Subject,
    SubjectKind,
    kind_of,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

SHARE = 0.8
"""Of what rests on a dependency so much must fail before the dependency is blamed ..."""
STANDING_SHARE = 0.5
"""... and so much for the blame to stay, so that a slow recovery does not surface everything."""
LEAST = {SubjectKind.MULTIPLEX: 2, SubjectKind.HOST: 3, SubjectKind.INTERFACE: 3, SubjectKind.HEADEND: 3}
"""How many must fail at least. The order is from narrow to broad."""
_BREADTH = {kind: place for place, kind in enumerate(LEAST)}


def shared_causes(
    findings: Iterable[Finding], resting: Mapping[Subject, int], standing: Collection[tuple[Subject, str]]
) -> list[Finding]:
    """A finding for each dependency that is to blame, the one that explains most first.

    `resting` says how many channels rest on each dependency, `standing` which are blamed already, by group.
    Of two that explain the same, the narrower one is blamed. What has failed by itself needs no blame.
    """
    found = list(findings)
    blamed: list[Finding] = []
    for group in (OUTAGE, DAMAGE):
        members = [one for one in found if kind_of(one.kind).group == group]
        known = {subject for subject, of in standing if of == group}
        blamed += _blamed(members, resting, known, group)
    return blamed


def _blamed(
    findings: list[Finding], resting: Mapping[Subject, int], standing: Collection[Subject], group: str
) -> list[Finding]:
    failing = _failing(findings)
    blamed: list[Finding] = []
    explained: set[Subject] = set()
    for known in {one.subject for one in findings if one.subject in failing}:
        explained |= failing.pop(known).keys()
    order = sorted(failing, key=lambda one: (-len(failing[one]), _BREADTH[one.kind], one.id))
    for dependency in order:
        members = failing[dependency]
        needed = _needed(dependency, resting, standing)
        if len(members) < needed or len(members.keys() - explained) < min(needed, LEAST[dependency.kind]):
            continue
        explained |= members.keys()
        blamed.append(_blame(dependency, members, resting, needed, group))
    return blamed


def _failing(findings: Iterable[Finding]) -> dict[Subject, dict[Subject, float]]:
    """For each dependency the channels that fail on it, and since when."""
    failing: dict[Subject, dict[Subject, float]] = defaultdict(dict)
    for finding in findings:
        for dependency in finding.rests_on if finding.subject.kind is SubjectKind.CHANNEL else ():
            if dependency.kind in LEAST:
                members = failing[dependency]
                members[finding.subject] = min(members.get(finding.subject, finding.since), finding.since)
    return failing


def _needed(dependency: Subject, resting: Mapping[Subject, int], standing: Collection[Subject]) -> int:
    least = LEAST[dependency.kind]
    if dependency in standing:
        return max(1, ceil(STANDING_SHARE * resting.get(dependency, 1)))
    return max(least, ceil(SHARE * resting.get(dependency, least)))


def _blame(
    dependency: Subject, members: Mapping[Subject, float], resting: Mapping[Subject, int], needed: int, group: str
) -> Finding:
    onsets = sorted(members.values())
    total = max(resting.get(dependency, 0), len(members))
    headend = dependency.kind is SubjectKind.HEADEND
    if group == DAMAGE:
        kind, what = UPLINK_DAMAGED, "lose packets together"
    else:
        kind, what = HEADEND_FAILING if headend else UPLINK_DOWN, "fail together"
    where = f"channels of {dependency}" if headend else f"channels that come from {dependency.kind.value} {dependency}"
    return Finding(
        subject=dependency,
        kind=kind,
        detail=f"{len(members)} of {total} {where} {what}.",
        since=onsets[min(needed, len(onsets)) - 1],
    )
