"""Gathers what a pack is made of: each supplier gives files, and further subjects of the trail that belong to the case.

Another room joins by a function of Scope in SUPPLIERS.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from rightcast.domain.chain import moment_text
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.rights.models import CarriageRight
from rightcast.panel.rights.queries import to_record
from rightcast.state.evidence.sealing import readable

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from rightcast.panel.evidence.scope import Scope


@dataclass(frozen=True, slots=True)
class Material:
    """What one supplier gives: files by their path, and (subject, id) pairs whose deeds are shown."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    subjects: frozenset[tuple[str, int]] = frozenset()


def agreements(scope: Scope) -> Material:
    """Every right whose term meets the span and that covers a channel of the case, as it is recorded now."""
    rights = CarriageRight.objects.filter(channels__in=scope.channel_ids).distinct().order_by("id")
    if scope.until is not None:
        rights = rights.filter(starts__lt=scope.until)
    files, subjects = {}, set()
    for right in rights.prefetch_related("channels", "titles", "collections"):
        if scope.since is not None and right.ends is not None and right.ends < scope.since:
            continue
        told = {
            **msgspec.to_builtins(to_record(right)),
            "ends": _text(right.ends),
            "recorded": _text(right.recorded),
            "starts": _text(right.starts),
        }
        files[f"agreements/{right.id}.json"] = readable(told)
        subjects.add(("right", right.id))
    return Material(files, frozenset(subjects))


def channels(scope: Scope) -> Material:
    """The channels themselves: their deeds."""
    return Material({}, frozenset(("channel", one) for one in scope.channel_ids))


SUPPLIERS: tuple[Callable[[Scope], Material], ...] = (channels, agreements)


def channels_told(scope: Scope) -> list[dict[str, object]]:
    """Number and name of each channel of the case."""
    rows = Channel.objects.filter(id__in=scope.channel_ids).order_by("number")
    return [{"id": one.id, "name": one.name, "number": one.number} for one in rows]


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment_text(moment)
