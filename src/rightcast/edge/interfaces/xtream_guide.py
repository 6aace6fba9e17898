"""The questions about shows in player_api.php: now and next, or everything that is known and kept of one channel."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rightcast.formats import xtream

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rightcast.domain.guide import Show
    from rightcast.domain.lineup import Channel, Line
    from rightcast.edge.catalogue import Listed
    from rightcast.edge.guide_port import Archive, Guide

SHORT = frozenset({"get_short_epg", "get_epg"})
FULL = frozenset({"get_simple_data_table", "get_simple_date_table"})
_DAY_S = 86_400
_AHEAD_S = 7 * _DAY_S
_ROWS = 4
_MOST_ROWS = 500


def guide_rows(
    line: Line,
    rows: Iterable[Listed],
    fields: dict[str, str],
    *,
    guide: Guide,
    archive: Archive,
    now: int,
) -> xtream.GuideRows:
    """The shows of `stream_id`, oldest first; none for a channel that is not among `rows`, those of the line.

    `limit` counts shows of the short answer. The full one reaches back as far as the channel is kept.
    """
    wanted = fields.get("stream_id", "")
    channel = next((row.channel for row in rows if str(row.channel.id) == wanted), None)
    if channel is None:
        return xtream.GuideRows([])
    if fields.get("action") in FULL:
        kept_s = max(archive.archive_days(channel.id), 1) * _DAY_S
        shows = guide.shows(channel.id, now - kept_s, now + _AHEAD_S)
    else:
        shows = guide.now_next(channel.id, now, _limit(fields.get("limit", "")))
    return xtream.GuideRows(
        [_row(one, channel, now=now, archived=archive.has(line, channel.id, one, now)) for one in shows]
    )


def _limit(text: str) -> int:
    usable = text.isascii() and text.isdigit() and 0 < len(text) < 9
    return max(1, min(int(text), _MOST_ROWS)) if usable else _ROWS


def _row(one: Show, channel: Channel, *, now: int, archived: bool) -> xtream.GuideRow:
    start, stop = _words(one.start), _words(one.stop)
    return xtream.GuideRow(
        id=str(one.id),
        epg_id=str(one.id),
        title=xtream.base64_text(one.title),
        lang=one.language,
        start=start,
        end=stop,
        stop=stop,
        description=xtream.base64_text(one.description),
        channel_id=channel.guide_id,
        start_timestamp=str(one.start),
        stop_timestamp=str(one.stop),
        stream_id=str(channel.id),
        now_playing=int(one.start <= now < one.stop),
        has_archive=int(archived),
    )


def _words(unix_s: int) -> str:
    return xtream.words_of(datetime.fromtimestamp(unix_s, UTC))
