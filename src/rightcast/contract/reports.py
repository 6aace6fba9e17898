"""What processes report about themselves, about once a second. Reports expire; nothing rests on them."""

from __future__ import annotations

import msgspec


class ChannelReport(msgspec.Struct, frozen=True, kw_only=True):
    """How one channel does at the headend. `state`: starting, on_air, silent, idle or failed.

    `since` and `last_segment` are unix seconds; `detail` is a sentence for the operator.
    """

    id: int
    name: str
    state: str
    since: float
    source: str
    detail: str = ""
    bitrate_bps: int = 0
    continuity_errors: int = 0
    scrambled_packets: int = 0
    discontinuities: int = 0
    last_segment: float = 0.0
    codecs: str = ""
    resolution: str = ""


class HeadendReport(msgspec.Struct, frozen=True, kw_only=True):
    """One headend process.

    `channels` lists all that run or failed, but of very many that wait only the first; the others are counted:
    `more_idle` on-demand channels without a viewer, `more_failed` channels for which the ring has no room.
    """

    shard: int
    pid: int
    at: float
    started: float
    version: str
    ring_bytes: int
    ring_budget_bytes: int
    datagrams_lost: int = 0
    channels: list[ChannelReport]
    more_idle: int = 0
    more_failed: int = 0


class SessionReport(msgspec.Struct, frozen=True, kw_only=True):
    """One running session at an edge. `kind` is ts or hls; `device` a short fingerprint."""

    sid: str
    line_id: int
    line: str
    channel_id: int
    kind: str
    address: str
    player: str
    opened: float
    right_id: int
    bytes_sent: int = 0


class RefusalReport(msgspec.Struct, frozen=True, kw_only=True):
    """A recent refusal, for the help desk."""

    at: float
    line: str
    channel_id: int
    reason: str
    address: str


class EdgeReport(msgspec.Struct, frozen=True, kw_only=True):
    """One edge process. `revision` is the last one applied, `heard` when the feed last answered."""

    edge: int
    pid: int
    at: float
    started: float
    version: str
    revision: int
    heard: float
    sessions: list[SessionReport]
    refusals: dict[str, int]
    recent_refusals: list[RefusalReport]
    bytes_sent: int = 0
