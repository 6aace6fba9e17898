"""Writes days into their tables: a statement each, made once, for an import writes thousands.

A day is compressed beside the writing of the one before it, in threads, for compressing is half of the work.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING

from django.db import connection, transaction

from rightcast.contract.catalogue import Kind
from rightcast.domain.guide import guide_key
from rightcast.panel.guide.bodies import NO_SHOWS, count_of, digest_of, packed
from rightcast.panel.guide.models import ChannelDay, SourceDay
from rightcast.panel.publish.outbox import enqueue

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

THREADS = 2


def packed_days(days: Mapping[int, bytes]) -> Iterator[tuple[int, bytes, bytes]]:
    """Day, list and body of each, in their order."""
    if len(days) == 1:
        yield from ((day, plain, packed(plain)) for day, plain in days.items())
        return
    for (day, plain), body in zip(days.items(), _threads().map(packed, days.values()), strict=True):
        yield day, plain, body


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, thread_name_prefix="guide-pack")


def write_source_day(guide_channel_id: int, day: int, plain: bytes, body: bytes) -> None:
    """Store a day of a guide channel; one without shows goes."""
    if plain == NO_SHOWS:
        SourceDay.objects.filter(channel_id=guide_channel_id, day=day).delete()
        return
    with connection.cursor() as cursor:
        cursor.execute(_SOURCE_DAY, (guide_channel_id, day, digest_of(plain), count_of(plain), body))


def write_channel_day(channel_id: int, guide_id: str, day: int, plain: bytes, body: bytes) -> None:
    """Store a published day, and let it be sent to the edges, in one transaction."""
    with transaction.atomic():
        if plain == NO_SHOWS:
            ChannelDay.objects.filter(channel_id=channel_id, day=day).delete()
        else:
            with connection.cursor() as cursor:
                values = (channel_id, day, digest_of(plain), count_of(plain), body, guide_id)
                cursor.execute(_CHANNEL_DAY, values)
        enqueue(Kind.GUIDE, guide_key(channel_id, day))


def _upsert(table: str, *more: str) -> str:
    columns = ("channel_id", "day", "digest", "count", "body", *more)
    values, anew = ", ".join(["%s"] * len(columns)), ", ".join(f"{one} = excluded.{one}" for one in columns[2:])
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values}) "  # noqa: S608 - names of our own
        f"ON CONFLICT (channel_id, day) DO UPDATE SET {anew}"
    )


_SOURCE_DAY = _upsert("guide_sourceday")
_CHANNEL_DAY = _upsert("guide_channelday", "guide_id")
