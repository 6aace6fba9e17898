"""Looking at a source before a channel is made of it: what can be known in a few seconds, without the station."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from rightcast.domain.errors import InvalidInputError, NotATransportStreamError, PortTakenError, RightcastError
from rightcast.domain.lineup import SourceKind
from rightcast.domain.sources import parse_source_url
from rightcast.headend.probe import probe
from rightcast.headend.sources.guard import resolve

if TYPE_CHECKING:
    from rightcast.contract.station import StationSettings
    from rightcast.headend.probe import ProbeResult

_LOOK_S = 1.0
_PATIENCE_S = {
    SourceKind.HTTP_TS: 8.0,
    SourceKind.HLS: 8.0,
    SourceKind.FILE: 8.0,
    SourceKind.UDP: 1.6,
    SourceKind.RTP: 1.6,
}
"""Kinds that can be looked into without disturbing a sender, and how long; the others wait for their encoder."""
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
    patience_s = _PATIENCE_S.get(kind)
    if patience_s is None:
        return []
    try:
        return _remarks(asyncio.run(_look(url, settings, patience_s)))
    except TimeoutError:
        return [f"Nothing came from it within {patience_s:g} seconds."]
    except PortTakenError:
        return []  # the station receives it already, for another channel
    except (InvalidInputError, NotATransportStreamError):
        raise
    except RightcastError as error:
        return [f"It cannot be received now: {error.sentence}"]


async def _look(url: str, settings: StationSettings, patience_s: float) -> ProbeResult:
    async with asyncio.timeout(patience_s):
        return await probe(url, settings=settings, seconds=_LOOK_S)


def _remarks(found: ProbeResult) -> list[str]:
    return [*found.remarks, *(["It is scrambled; it is carried as it is."] if found.scrambled else [])]
