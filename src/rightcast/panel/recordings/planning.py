"""Planning: new shows that rules want, shows that moved or went, rules that are new. Looks only at what changed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from django.db.models import Q

from rightcast.contract.catalogue import Kind
from rightcast.domain.guide import day_of
from rightcast.domain.recording_plans import MOVED_WITHIN_S, Match, follow_guide, plan_rule, wanted_by
from rightcast.domain.recordings import Cause, Status
from rightcast.domain.schedule import zone_named
from rightcast.panel.audit.operations import Actor
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.operation import operating
from rightcast.panel.recordings.models import PlanningMark, Recording, RecordingRule
from rightcast.panel.recordings.operations import describe, order_for_rule
from rightcast.panel.recordings.queries import to_planned, to_rule
from rightcast.panel.recordings.room import Grants, lines_of, refuse, settle_line, store
from rightcast.panel.station.queries import station

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rightcast.domain.guide import Show
    from rightcast.panel.operation import Deed
    from rightcast.panel.recordings.guide import PublishedGuide

_MARK = 1
_CHANNELS_PER_LOOK = 20
_AT_ONCE = 50
"""Recordings moved in one transaction: others wait for the database meanwhile."""
_PAUSE_S = 0.01
_FOLLOWING = (Status.PLANNED.value, Status.REFUSED.value, Status.RECORDING.value)


class Planning:
    """Keeps in mind which days wait to be looked at; one lives in the jobs process."""

    def __init__(self, guide: PublishedGuide) -> None:
        self._guide = guide
        self._waiting: dict[int, set[int]] = {}
        self._mark: PlanningMark | None = None

    def look(self, now: float) -> int:
        """Plan some of what changed since the last look; returns how many recordings were made, moved or refused.

        A few channels at a time, for other jobs wait meanwhile; the mark is written when none is left.
        """
        mark = self._mark or PlanningMark.objects.filter(id=_MARK).first() or PlanningMark(id=_MARK)
        before, self._mark = (mark.feed, mark.revision), mark
        mark.feed, mark.revision, days = self._guide.changed(mark.feed, mark.revision, now)
        for channel_id, day in days:
            self._waiting.setdefault(channel_id, set()).add(day)
        count = 0
        for channel_id in sorted(self._waiting)[:_CHANNELS_PER_LOOK]:
            count += self._follow_channel(channel_id, self._waiting[channel_id], now)
            del self._waiting[channel_id]
        fresh, planned = self._new_rules(mark, now)
        if fresh or (not self._waiting and before != (mark.feed, mark.revision)):
            mark.save()
        return count + planned

    def _follow_channel(self, channel_id: int, days: set[int], now: float) -> int:
        """A channel's days have changed: recordings follow their shows, rules find new ones."""
        around = {day + step for day in days for step in (-1, 0, 1)}
        shows = self._guide.shows(channel_id, around)
        first, last = min(around) * 86_400, (max(around) + 1) * 86_400
        rows = list(
            Recording.objects.select_related("line", "take").filter(
                channel=channel_id, status__in=_FOLLOWING, show_id__gt=0, start__gte=first, start__lt=last
            )
        )
        count = 0
        if rows and shows:
            count += self._move(rows, {channel_id: _near(rows, shows)})
        fresh = [show for show in shows if show.stop > now and day_of(show.start) in days]
        for rule in _rules_for(channel_id, fresh):
            count += _plan(rule, [(channel_id, show) for show in fresh], now)
        return count

    def _move(self, rows: Sequence[Recording], shows: dict[int, Sequence[Show]]) -> int:
        plan = follow_guide([to_planned(row) for row in rows], shows)
        if not plan.moved and not plan.gone:
            return 0
        shown: dict[int, Show | None] = {one.id: wanted.show for one, wanted in plan.moved}
        shown |= {one.id: None for one in plan.gone}
        touched = sorted((row for row in rows if row.pk in shown), key=lambda row: row.line_id)
        for start in range(0, len(touched), _AT_ONCE):
            _follow(touched[start : start + _AT_ONCE], shown)
            time.sleep(_PAUSE_S)
        return len(touched)

    def _new_rules(self, mark: PlanningMark, now: float) -> tuple[bool, int]:
        """Rules that were added or changed, and once a day all weekly ones; whether there were any, and what came."""
        wanted = Q(id__gt=0) if mark.rules_until is None else Q(created__gt=mark.rules_until)
        today = day_of(now)
        if today != mark.weekly_day:
            wanted |= Q(match=Match.WEEKLY.value)
        rules = list(RecordingRule.objects.select_related("line").filter(wanted))
        if not rules:
            return False, 0
        mark.weekly_day = today
        mark.rules_until = max([rule.created for rule in rules] + [mark.rules_until or rules[0].created])
        everywhere = self._everywhere(now) if any(_is_anywhere(rule) for rule in rules) else []
        count = 0
        for rule in rules:
            if rule.match == Match.WEEKLY:
                count += _plan(rule, (), now)
            elif rule.channel_id is None:
                count += _plan(rule, everywhere, now)
            else:
                coming = self._guide.coming(rule.channel_id, now)
                count += _plan(rule, [(rule.channel_id, show) for show in coming], now)
        return True, count

    def _everywhere(self, now: float) -> list[tuple[int, Show]]:
        channels = Channel.objects.values_list("id", flat=True)
        return [(number, show) for number in channels for show in self._guide.coming(number, now)]


def _follow(rows: Sequence[Recording], shown: Mapping[int, Show | None]) -> None:
    """Some recordings go where their shows went, in one transaction; None: the show is gone."""
    with operating(Actor.system(), "") as deed:
        for row in rows:
            show = shown[row.pk]
            if show is not None:
                _moved(deed, row, show)
            elif row.status != Status.RECORDING:
                refuse(deed, row, Cause.NOT_SHOWN)
                row.show_id = -row.show_id  # it may be shown again by another id, and is then another show
                store(deed, row)
        for line_id in lines_of(rows):
            settle_line(deed, line_id)


def _is_anywhere(rule: RecordingRule) -> bool:
    return rule.channel_id is None


def _near(rows: Sequence[Recording], shows: Sequence[Show]) -> list[Show]:
    """Only shows that any of the recordings may have become."""
    first = min(row.start for row in rows) - 2 * MOVED_WITHIN_S
    last = max(row.stop for row in rows) + 2 * MOVED_WITHIN_S
    return [show for show in shows if first <= show.start <= last]


def _rules_for(channel_id: int, shows: Sequence[Show]) -> list[RecordingRule]:
    """The rules that these shows may concern."""
    series = {show.series for show in shows if show.series}
    titles = {show.title.strip().casefold()[:300] for show in shows}
    wanted = Q(match=Match.SERIES.value, key__in=series) | Q(match=Match.TITLE.value, key__in=titles)
    here = Q(channel=channel_id) | Q(channel=None)
    return list(RecordingRule.objects.select_related("line").filter(here & wanted))


def _plan(row: RecordingRule, shows: Iterable[tuple[int, Show]], now: float) -> int:
    rule = to_rule(row)
    wanted = wanted_by(rule, shows, now, zone_named(station().timezone))
    mine = Recording.objects.filter(line=row.line_id).exclude(cause=Cause.NOT_SHOWN.value)
    known = [to_planned(one) for one in mine] if wanted else []
    plan = plan_rule(wanted, known)
    if not plan.new:
        return 0
    grants = Grants()
    with operating(Actor.system(), "") as deed:
        made = [one for one in (order_for_rule(deed, row, wanted, grants) for wanted in plan.new) if one is not None]
        if made:
            settle_line(deed, row.line_id, grants)
    return len(made)


def _moved(deed: Deed, row: Recording, show: Show) -> None:
    """A show has another time: its recording follows; one under way goes on to the new end."""
    before = (row.start, row.stop)
    if row.status == Status.RECORDING:
        row.stop = max(show.stop, row.start + 1)
        extend(deed, row)
    else:
        describe(row, show)
    store(deed, row)
    if (row.start, row.stop) != before:
        deed.record_of(
            ("line", row.line_id), "recording.move", row.pk, f"{row.title} moved with its show", before=list(before)
        )


def extend(deed: Deed, row: Recording) -> None:
    """Let the take of a recording under way run as long as the last of those that play it."""
    take = row.take
    if take is None:
        return
    others = Recording.objects.filter(take=take).exclude(id=row.pk)
    stop = max([row.stop + row.after_s, *(one.stop + one.after_s for one in others)])
    if stop != take.stop:
        take.stop = stop
        take.save(update_fields=["stop"])
        deed.changed(Kind.TAKE, take.pk)
