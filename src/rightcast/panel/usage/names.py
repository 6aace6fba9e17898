"""What was watched, in words, and where a line lives: looked up once for many session records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rightcast.domain.library import watched_title
from rightcast.panel.audit.models import PersonKey
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.library.models import Title
from rightcast.panel.lines.models import Line
from rightcast.panel.recordings.models import Recording
from rightcast.panel.rights.models import CarriageRight

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from rightcast.contract.session_records import SessionRecord

_STEP = 500


@dataclass(frozen=True, slots=True)
class Names:
    """Names of channels, titles, recordings and rights, homes of lines; `erased` are lines that nothing is kept of."""

    channels: Mapping[int, str]
    titles: Mapping[int, str]
    recordings: Mapping[int, str]
    rights: Mapping[int, str]
    homes: Mapping[int, str]
    erased: frozenset[int]

    def watched(self, one: SessionRecord) -> str:
        """The name of what a session watched."""
        if one.recording_id:
            return self.recordings.get(one.recording_id, f"recording {one.recording_id}")
        return self.called(one.channel_id)

    def called(self, channel_id: int) -> str:
        """The name of a channel, or of the title that is watched under a number below zero."""
        title = watched_title(channel_id)
        if title is not None:
            return self.titles.get(title, f"title {title}")
        return self.channels.get(channel_id, f"channel {channel_id}")


def names_for(records: Iterable[SessionRecord]) -> Names:
    """All names that these records need."""
    found = list(records)
    return names_of(
        {one.channel_id for one in found},
        {one.line_id for one in found},
        recording_ids={one.recording_id for one in found if one.recording_id},
        right_ids={key for one in found for key, _ in one.rights},
    )


def names_of(
    channel_ids: set[int],
    line_ids: set[int],
    *,
    recording_ids: frozenset[int] | set[int] = frozenset(),
    right_ids: frozenset[int] | set[int] = frozenset(),
) -> Names:
    """Names of what is watched, and where lines live."""
    titles = (watched_title(one) for one in channel_ids)
    gone = PersonKey.objects.filter(kind="line", erased_at__isnull=False)
    return Names(
        channels=_pairs(Channel.objects.all(), "name", {one for one in channel_ids if one > 0}),
        titles=_pairs(Title.objects.all(), "name", {one for one in titles if one is not None}),
        recordings=_pairs(Recording.objects.all(), "title", recording_ids),
        rights=_pairs(CarriageRight.objects.all(), "reference", right_ids),
        homes=_pairs(Line.objects.all(), "territory", line_ids),
        erased=frozenset(_pairs(gone, "kind", line_ids, key="person_id")),
    )


def _pairs(rows: QuerySet[Any], named: str, wanted: frozenset[int] | set[int], key: str = "id") -> dict[int, str]:
    ids = sorted(wanted)
    found: dict[int, str] = {}
    for at in range(0, len(ids), _STEP):
        found |= dict(rows.filter(**{f"{key}__in": ids[at : at + _STEP]}).values_list(key, named))
    return found
