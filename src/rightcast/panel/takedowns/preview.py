"""What a takedown would touch, counted before anybody presses the button; and what would come back without one."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from math import inf
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from rightcast.contract.reports import ArchivistReport
from rightcast.domain.library import watched_title
from rightcast.domain.recordings import KEPT
from rightcast.panel.catalogue import queries as catalogue
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.library.models import Title
from rightcast.panel.lines.models import Line
from rightcast.panel.lines.queries import edge_reports
from rightcast.panel.recordings.models import Recording
from rightcast.panel.takedowns.queries import standing, to_record
from rightcast.state.reports import FileReports

if TYPE_CHECKING:
    from rightcast.contract.reports import SessionReport
    from rightcast.domain.takedown import Takedown

_STEP = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """How much: channels and titles by name, people who watch now, recordings, hours and bytes of the archive."""

    channels: tuple[str, ...]
    titles: tuple[str, ...]
    viewers: int
    recordings: int
    archive_h: float
    outputs: int

    def as_fields(self) -> dict[str, object]:
        """As it is stored with the takedown."""
        return asdict(self)

    def lines(self) -> list[tuple[str, str]]:
        """Each in words, for tables."""
        named = ", ".join(self.channels[:8]) + (f" and {len(self.channels) - 8} more" if len(self.channels) > 8 else "")
        return [
            ("Channels", f"{len(self.channels)}: {named}" if self.channels else "none"),
            ("Titles", ", ".join(self.titles[:8]) if self.titles else "none"),
            ("Viewers now", str(self.viewers)),
            ("Recordings", str(self.recordings)),
            ("Archive", f"{self.archive_h:.1f} h"),
            ("Addresses sent to", str(self.outputs)),
        ]


NOTHING = Touched(channels=(), titles=(), viewers=0, recordings=0, archive_h=0.0, outputs=0)


def preview(wanted: Takedown) -> Touched:
    """Count what a takedown would make dark, or did, whatever others keep dark."""
    channels = list(_channels(wanted))
    viewers = [one for one in _sessions() if _falls(wanted, one)] if wanted.begins <= timezone.now() else []
    homes = _homes({one.line_id for one in viewers}) if wanted.territories else {}
    if wanted.territories:
        viewers = [one for one in viewers if homes.get(one.line_id, "") in wanted.territories]
    titles = Title.objects.filter(id__in=wanted.title_ids)
    if not (wanted.channel_ids or wanted.title_ids):
        titles = Title.objects.none()
    everywhere = not (wanted.line_ids or wanted.territories)
    sent = [one for one in channels if one.wanted and everywhere]
    return Touched(
        channels=tuple(one.name for one in channels),
        titles=tuple(one.name for one in titles),
        viewers=len(viewers),
        recordings=_recordings(wanted).count(),
        archive_h=_archive_h(wanted),
        outputs=sum(len(catalogue.to_record(one).outputs.urls) for one in sent),
    )


def coming_back(wanted: Takedown) -> tuple[Touched, list[str]]:
    """What lifting would let come back, and in words which other takedowns keep some of it dark."""
    now = timezone.now()
    others = [one for one in map(to_record, standing(now)) if one.id != wanted.id and one.stands(now)]
    dark = {key for one in others if not _is_narrower(one, wanted) for key in one.channel_ids}
    gone = {key for one in others if not _is_narrower(one, wanted) for key in one.title_ids}
    left = _without(wanted, dark, gone)
    staying = [one.in_words for one in others if _meet(one, wanted)]
    names_something = bool(wanted.channel_ids or wanted.title_ids)
    if names_something and not (left.channel_ids or left.title_ids):
        return NOTHING, staying
    return preview(left), staying


def _is_narrower(one: Takedown, other: Takedown) -> bool:
    """Whether some of what `other` makes dark is not dark by `one` alone."""
    lines = bool(one.line_ids) and not (other.line_ids and other.line_ids <= one.line_ids)
    places = bool(one.territories) and not (other.territories and other.territories <= one.territories)
    first, last = one.shown
    start, stop = other.shown
    return lines or places or first > start or last < stop


def _meet(one: Takedown, other: Takedown) -> bool:
    both = one.channel_ids | one.title_ids, other.channel_ids | other.title_ids
    return not both[0] or not both[1] or bool(one.channel_ids & other.channel_ids or one.title_ids & other.title_ids)


def _without(wanted: Takedown, channels: set[int], titles: set[int]) -> Takedown:
    return replace(wanted, channel_ids=wanted.channel_ids - channels, title_ids=wanted.title_ids - titles)


def _channels(wanted: Takedown) -> QuerySet[Channel]:
    if wanted.channel_ids or wanted.title_ids:
        return Channel.objects.filter(id__in=wanted.channel_ids)
    return Channel.objects.all()


def _sessions() -> list[SessionReport]:
    return [one for report in edge_reports() for one in report.sessions]


def _falls(wanted: Takedown, session: SessionReport) -> bool:
    if wanted.line_ids and session.line_id not in wanted.line_ids:
        return False
    title = watched_title(session.channel_id)
    return wanted.on_channel(session.channel_id) if title is None else wanted.on_title(title)


def _homes(line_ids: set[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    ids = sorted(line_ids)
    for at in range(0, len(ids), _STEP):
        found.update(Line.objects.filter(id__in=ids[at : at + _STEP]).values_list("id", "territory"))
    return found


def _recordings(wanted: Takedown) -> QuerySet[Recording]:
    rows = Recording.objects.filter(status__in=[one.value for one in KEPT])
    if wanted.channel_ids or wanted.title_ids:
        rows = rows.filter(channel_id__in=wanted.channel_ids)
    if wanted.line_ids:
        rows = rows.filter(line_id__in=wanted.line_ids)
    if wanted.territories:
        rows = rows.filter(line__territory__in=wanted.territories)
    start, stop = wanted.shown
    if start > -inf:
        rows = rows.filter(stop__gt=int(start))
    return rows.filter(Q() if stop == inf else Q(start__lt=int(stop)))


def _archive_h(wanted: Takedown) -> float:
    start, stop = wanted.shown
    kept = [
        one
        for report in FileReports(settings.STATION.reports).fetch("archivist", ArchivistReport)
        for one in report.channels
        if wanted.on_channel(one.channel_id) and one.newest > 0
    ]
    return sum(max(0.0, min(stop, one.newest) - max(start, one.oldest)) for one in kept) / 3600
