"""Storing what a source tells: the shows of a guide channel, day by day, written only where they changed.

Every importer ends here. A day is one transaction. What channels have of a guide channel, and what is published of
them, is `publication`'s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.domain.guide import day_of
from rightcast.panel.guide.bodies import NO_SHOWS, digest_of, neutral, packed, unpacked
from rightcast.panel.guide.models import Assignment, GuideChannel, SourceDay
from rightcast.panel.guide.publication import publish_channels
from rightcast.panel.guide.rows import packed_days, write_source_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rightcast.domain.guide import Show
    from rightcast.panel.guide.pacing import Pace


def know_channel(source_id: int, guide_id: str, names: Sequence[str] = (), icon_url: str = "") -> GuideChannel:
    """The guide channel of a source under this id, made or brought up to date. Names left out stay."""
    row, made = GuideChannel.objects.get_or_create(
        source_id=source_id, guide_id=guide_id, defaults={"names": list(names), "icon_url": icon_url}
    )
    if not made and ((names and list(names) != row.names) or (icon_url and icon_url != row.icon_url)):
        row.names, row.icon_url = list(names) or row.names, icon_url or row.icon_url
        row.save(update_fields=["names", "icon_url"])
    return row


def store_day(source_id: int, guide_id: str, day: int, shows: Sequence[Show]) -> bool:
    """Let a source's guide channel have these shows on one day, none others, and publish what follows.

    `shows` start on that day of UTC, oldest first, without overlaps (`guide_order.in_order` sees to that); their `id`
    and `guide_id` do not matter. Returns whether anything changed.
    """
    row = know_channel(source_id, guide_id)
    had = SourceDay.objects.filter(channel=row, day=day).first()
    plain = neutral(shows)
    changed = _differs(plain, bytes(had.digest) if had else None)
    if changed:
        write_source_day(row.id, day, plain, packed(plain))
        publish_channels(channels_with(row.id), [day])
    return changed


def store_shows(row: GuideChannel, shows: Iterable[Show], since: int) -> list[int]:
    """Let a guide channel have these shows from unix second `since` on; what it had before stays. Publishes nothing.

    `shows` are in order and free of overlaps. Returns the days that changed; hand them to `publish_channels`.
    """
    by_day: dict[int, list[Show]] = {}
    for one in shows:
        by_day.setdefault(day_of(one.start), []).append(one)
    return list(store_days(row, {day: neutral(members) for day, members in by_day.items()}, since))


def store_days(row: GuideChannel, days: Mapping[int, bytes], since: int, pace: Pace | None = None) -> dict[int, bytes]:
    """The same with days encoded already (`bodies.neutral`). Returns those that changed, as they are now."""
    had = {one.day: bytes(one.digest) for one in SourceDay.objects.filter(channel=row).only("day", "digest")}
    first = day_of(since)
    wanted = {**dict.fromkeys((day for day in had if day >= first), NO_SHOWS), **days}
    wanted.setdefault(first, NO_SHOWS)
    if first in had and had[first] != digest_of(wanted[first]):
        wanted[first] = _joined(_before(row.id, first, since), wanted[first])
    changed = {day: plain for day, plain in sorted(wanted.items()) if _differs(plain, had.get(day))}
    for day, plain, body in packed_days(changed):
        write_source_day(row.id, day, plain, body)
        if pace is not None:
            pace.breathe()
    return changed


def channels_with(guide_channel_id: int) -> list[int]:
    """Channels that have a guide channel."""
    rows = Assignment.objects.filter(guide_channel_id=guide_channel_id, refused=False)
    return list(rows.values_list("channel_id", flat=True))


def _before(guide_channel_id: int, day: int, since: int) -> bytes:
    """Shows of a day that ended before `since`: a guide that begins at noon does not take away the morning."""
    body = SourceDay.objects.get(channel_id=guide_channel_id, day=day).body
    return neutral(one for one in unpacked(body) if one.stop <= since)


def _joined(first: bytes, second: bytes) -> bytes:
    """Two lists as one."""
    if NO_SHOWS in {first, second}:
        return second if first == NO_SHOWS else first
    return first[:-1] + b"," + second[1:]


def _differs(plain: bytes, had: bytes | None) -> bool:
    return plain != NO_SHOWS if had is None else digest_of(plain) != had
