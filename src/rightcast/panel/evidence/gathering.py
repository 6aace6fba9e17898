"""Gathers what a pack is made of: files on channels, rights, sessions and notices, and the deeds that go with them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import msgspec
from django.db.models import Count, Max, Min, Q
from django.db.models.functions import TruncDate

from rightcast.domain.chain import moment_text
from rightcast.domain.errors import NotFoundError
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.evidence.remembered import Remembered, remembered
from rightcast.panel.notices.models import Notice
from rightcast.panel.rights.keeping import read_document
from rightcast.panel.rights.models import CarriageRight, Evidence
from rightcast.panel.rights.queries import to_record
from rightcast.panel.usage.models import StandRow
from rightcast.state.evidence.sealing import readable

if TYPE_CHECKING:
    from datetime import datetime

    from rightcast.panel.evidence.scope import Scope

_SAID = ("reference", "licensor", "instrument", "territories", "bounds")
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,8}")


@dataclass(frozen=True, slots=True)
class Material:
    """What one supplier gives: files by their path, and (subject, id) pairs whose deeds are shown."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    subjects: frozenset[tuple[str, int]] = frozenset()


def agreements(scope: Scope) -> Material:
    """Every right whose term meets the span and that covers a channel of the case, or did so once.

    Each stands as the trail told of it at the span's end: one that was changed or removed since too.
    """
    known = remembered("right", scope)
    rights = CarriageRight.objects.filter(Q(channels__in=scope.channel_ids) | Q(id__in=known)).distinct().order_by("id")
    files, subjects = dict[str, bytes](), set[tuple[str, int]]()
    for right in rights.prefetch_related("channels", "titles", "collections"):
        one = known.pop(right.id, None) or Remembered(right.id, right.recorded)
        if scope.meets(one.moment("starts") or right.starts, one.moment("ends") or right.ends):
            files |= _recorded(right, one)
            subjects.add(("right", right.id))
    for one in known.values():
        ends = [at for at in (one.moment("ends"), one.removed) if at is not None]
        if scope.meets(one.moment("starts") or one.first, min(ends, default=None)):
            files |= _gone(one)
            subjects.add(("right", one.number))
    return Material(files, frozenset(subjects))


def channels(scope: Scope) -> Material:
    """The channels themselves: their deeds."""
    return Material({}, frozenset(("channel", one) for one in scope.channel_ids))


def sessions(scope: Scope) -> Material:
    """How many sessions stood on which right, by day; who they were stays at the station."""
    stands = StandRow.objects.filter(channel_id__in=scope.channel_ids)
    if scope.since is not None:
        stands = stands.filter(began__gte=scope.since)
    if scope.until is not None:
        stands = stands.filter(began__lt=scope.until)
    named = ("right_id", "reference", "channel_id")
    sums = {"count": Count("session_id", distinct=True), "first": Min("began"), "last": Max("began")}
    whole = stands.order_by(*named).values(*named).annotate(**sums)
    days = stands.annotate(day=TruncDate("began")).order_by("day", *named, "territory")
    told = {
        "by_right": [
            {
                **{name: row[name] for name in named},
                "first": _text(row["first"]),
                "last": _text(row["last"]),
                "sessions": row["count"],
            }
            for row in whole
        ],
        "by_day": [
            {
                **{name: row[name] for name in (*named, "territory")},
                "day": row["day"].isoformat(),
                "sessions": row["count"],
            }
            for row in days.values("day", *named, "territory").annotate(count=Count("session_id", distinct=True))
        ],
    }
    return Material({"sessions.json": readable(told)})


def notices(scope: Scope) -> Material:
    """Notices about the channels: what was asked, decided and done; who sent them stays at the station."""
    rows = Notice.objects.order_by("id").prefetch_related("steps")
    if scope.until is not None:
        rows = rows.filter(received__lt=scope.until)
    about = [one for one in rows if set(one.targets) & set(scope.channel_ids)]
    about = [one for one in about if scope.since is None or (one.decided or one.received) >= scope.since]
    if not about:
        return Material()
    told = [
        {
            "decided": _text(one.decided),
            "id": one.id,
            "kind": one.kind,
            "received": _text(one.received),
            "reference": one.reference,
            "sha256": one.sha256,
            "state": one.state,
            "statement": one.statement,
            "steps": [{"at": _text(step.at), "state": step.state, "step": step.step} for step in one.steps.all()],
            "takedowns": one.takedowns,
            "targets": one.targets,
            "titles": one.titles,
        }
        for one in about
    ]
    subjects = frozenset(("notice", one.id) for one in about)
    return Material({"notices.json": readable({"notices": told})}, subjects)


def _recorded(right: CarriageRight, one: Remembered) -> dict[str, bytes]:
    pieces = list(right.evidence.all())
    told = {**msgspec.to_builtins(to_record(right)), "ends": _text(right.ends), "starts": _text(right.starts)}
    said = {**told, **_said(one), "evidence": [_piece(each) for each in pieces], "recorded": _text(right.recorded)}
    return {f"agreements/{right.id}.json": readable(said), **_documents(right.id, pieces)}


def _gone(one: Remembered) -> dict[str, bytes]:
    """A right that was removed; its documents lie in the data folder still."""
    pieces = [
        Evidence(need=told.need, kind=told.kind, sha256=told.sha256, size_bytes=told.size_bytes)
        for told in one.pieces.values()
    ]
    called = StandRow.objects.filter(right_id=one.number).exclude(reference="").values_list("reference", flat=True)
    said = {"id": one.number, "reference": called.last() or f"right {one.number}", **_said(one)}
    told = {**said, "evidence": [_piece(each) for each in pieces], "removed": _text(one.removed)}
    return {f"agreements/{one.number}.json": readable(told), **_documents(one.number, pieces)}


def _said(one: Remembered) -> dict[str, object]:
    """What deeds said of a right last, under the names that its file has."""
    told = {name: one.facts[name] for name in _SAID if name in one.facts}
    told |= {name: _text(one.moment(name)) for name in ("starts", "ends") if name in one.facts}
    return told | ({"channel_ids": one.facts["channels"]} if "channels" in one.facts else {})


def _piece(one: Evidence) -> dict[str, object]:
    return {
        **({"added": _text(one.added)} if one.added else {}),
        "kind": one.kind,
        "need": one.need,
        "sha256": one.sha256,
        "size_bytes": one.size_bytes,
        "text": one.text,
    }


def _documents(right_id: int, pieces: list[Evidence]) -> dict[str, bytes]:
    """Documents under their SHA-256; one that is gone or was changed is left out, its hash stays in the agreement."""
    found = {}
    for one in pieces:
        if one.sha256:
            with suppress(NotFoundError):
                suffix = PurePosixPath(one.text).suffix if _SUFFIX.fullmatch(PurePosixPath(one.text).suffix) else ""
                found[f"agreements/{right_id}-{one.sha256}{suffix}"] = read_document(one)
    return found


def channels_told(scope: Scope) -> list[dict[str, object]]:
    """Number and name of each channel of the case."""
    rows = Channel.objects.filter(id__in=scope.channel_ids).order_by("number")
    return [{"id": one.id, "name": one.name, "number": one.number} for one in rows]


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment_text(moment)
