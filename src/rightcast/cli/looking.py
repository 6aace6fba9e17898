"""Looking at a source before a channel is made of it: what can be known in a few seconds, without the station."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from rightcast.domain.errors import InvalidInputError, NotATransportStreamError, RightcastError
from rightcast.domain.lineup import SourceKind
from rightcast.domain.sources import parse_source_url
from rightcast.headend.probe import probe
from rightcast.headend.sources.guard import resolve

if TYPE_CHECKING:
    from rightcast.contract.station import StationSettings
    from rightcast.headend.probe import ProbeResult

_LOOK_S = 1.0
_PATIENCE_S = 8.0
_FETCHED = frozenset({SourceKind.HTTP_TS, SourceKind.HLS, SourceKind.FILE})
_LOCAL = frozenset({SourceKind.FILE, SourceKind.TESTCARD})


def check_source(url: str, settings: StationSettings) -> list[str]:
    """Sentences about what was seen at `url`; none when there is nothing to remark.

    Raises InvalidInputError for an address that is not accepted or stands for a forbidden host,
    SourceUnreachableError for a host without an address, NotATransportStreamError where something
    else than television is answered. A sender that is silent today is remarked, not refused.
    """
    kind, parts = parse_source_url(url)
    if parts.hostname and kind not in _LOCAL:
        asyncio.run(resolve(parts.hostname, parts.port or 0))
    if kind not in _FETCHED:
        return []
    try:
        return _remarks(asyncio.run(_look(url, settings)))
    except TimeoutError:
        return ["It answers too slowly to be looked into now."]
    except (InvalidInputError, NotATransportStreamError):
        raise
    except RightcastError as error:
        return [f"It cannot be received now: {error.sentence}"]


async def _look(url: str, settings: StationSettings) -> ProbeResult:
    async with asyncio.timeout(_PATIENCE_S):
        return await probe(url, settings=settings, seconds=_LOOK_S)


def _remarks(found: ProbeResult) -> list[str]:
    return [*found.remarks, *(["It is scrambled; it is carried as it is."] if found.scrambled else [])]
