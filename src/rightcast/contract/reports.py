"""What processes report about themselves, about once a second. Reports expire; nothing rests on them."""

from __future__ import annotations

import msgspec


class FindingReport(msgspec.Struct, frozen=True, kw_only=True):
    """A fault that lasts, as the machine that watches found it. `kind`: a Check or Sight of `rightcast.domain.watch`.

    `since` in unix seconds; `severity`: critical, warning or info; `detail`: a sentence for the operator.
    """

    kind: str
    since: float
    severity: str
    detail: str


class CheckReport(msgspec.Struct, frozen=True, kw_only=True):
    """Errors of one check since the channel started: how many, and the last one's unix seconds."""

    check: str
    count: int
    last: float


class QualityReport(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the stream itself is worth by ETSI TR 101 290; checks without an error are left out.

    `active`: checks in error now. `bitrates`: PID and bits per second. The clock's figures are None while unknown, see
    docs/reference/watching.md.
    """

    checks: list[CheckReport] = []
    active: list[str] = []
    bitrates: list[tuple[int, int]] = []
    absent: list[int] = []
    clock_offset_ppm: float | None = None
    arrival_jitter_ms: float | None = None
    clock_accuracy_us: float | None = None


class PictureReport(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the last key picture and sound showed. `state`: "" (not looked at yet), seen, undecodable, scrambled.

    `at`: unix seconds of the last look. `black_since`, `frozen_since`, `silent_since`: 0 while they are not. Levels are
    in dBFS, the loudness in LUFS, both of a short stretch of the first sound. `thumbnail_at`: 0 without a thumbnail.
    """

    state: str = ""
    at: float = 0.0
    black_since: float = 0.0
    frozen_since: float = 0.0
    silent_since: float = 0.0
    brightness: float = 0.0
    level_dbfs: float | None = None
    peak_dbfs: float | None = None
    loudness_lufs: float | None = None
    thumbnail_at: float = 0.0
    detail: str = ""


class RenditionReport(msgspec.Struct, frozen=True, kw_only=True):
    """How one rung of a channel's ladder does. `state`: starting, on_air, left_out or failed; `note` is a sentence.

    `restarts` counts how often the channel's ffmpeg had to be started anew because it died or fell silent,
    `dropped_packets` what it did not take in time; both are the same for all rungs of a channel.
    """

    rendition: int
    name: str
    state: str
    bitrate_bps: int = 0
    resolution: str = ""
    codecs: str = ""
    encoder: str = ""
    note: str = ""
    restarts: int = 0
    dropped_packets: int = 0


class SourceReport(msgspec.Struct, frozen=True, kw_only=True):
    """One source of a channel. `state`: on_air, standby, opening, faulty or resting (not received).

    `fault` in words, empty for none; `since`: unix seconds since when it is received, 0 when it is not.
    """

    place: int
    source: str
    state: str
    since: float = 0.0
    fault: str = ""
    bitrate_bps: int = 0


class CueReport(msgspec.Struct, frozen=True, kw_only=True):
    """A cue that came at `heard` and takes effect `at` (unix seconds), what it says, and its whole section."""

    heard: float
    at: float
    sentence: str
    section: bytes


class ChannelReport(msgspec.Struct, frozen=True, kw_only=True):
    """How one channel does at the headend. `state`: starting, on_air, silent, idle or failed.

    `since` and `last_segment` are unix seconds; `detail` is a sentence for the operator. `findings`: what is wrong
    with a stream that arrives; `quality` and `picture` None: not watched. `showing`: "source N" or "slate", since
    `switched`, because of `cause` (started, fault, returned, recovered, asked); empty while nothing is shown.
    `cues`: the last few, oldest first; `restricted`: what the provider's signals forbid now, in words.
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
    quality: QualityReport | None = None
    picture: PictureReport | None = None
    findings: list[FindingReport] = []
    renditions: list[RenditionReport] = []
    showing: str = ""
    switched: float = 0.0
    cause: str = ""
    sources: list[SourceReport] = []
    cues: list[CueReport] = []
    restricted: str = ""


class PicturesReport(msgspec.Struct, frozen=True, kw_only=True):
    """The processes that decode pictures: `crashed` and `hung` ones were replaced, `skipped` looks left out."""

    workers: int
    looked: int = 0
    crashed: int = 0
    hung: int = 0
    skipped: int = 0


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
    pictures: PicturesReport | None = None
    channels: list[ChannelReport]
    more_idle: int = 0
    more_failed: int = 0


class SessionReport(msgspec.Struct, frozen=True, kw_only=True):
    """One running session at an edge. `kind` is ts or hls; `credential_id` its device's, 0: the line's own.

    `past`: at which moment of the archive it began, in unix seconds, 0: with the live picture.
    """

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
    credential_id: int = 0
    past: float = 0.0


class RefusalReport(msgspec.Struct, frozen=True, kw_only=True):
    """A recent refusal, for the help desk. `sid`: of the session that was ended, empty where none was open."""

    at: float
    line: str
    channel_id: int
    reason: str
    address: str
    sid: str = ""


class SeenReport(msgspec.Struct, frozen=True, kw_only=True):
    """A device that used its credential, last at `at` (unix seconds)."""

    credential_id: int
    at: float
    player: str
    address: str


class UnknownReport(msgspec.Struct, frozen=True, kw_only=True):
    """Requests of one shape that no interface understood: by which player last, how many, and when (unix seconds)."""

    shape: str
    player: str
    count: int
    last: float


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
    seen: list[SeenReport] = []
    unknown: list[UnknownReport] = []


class DarkenedReport(msgspec.Struct, frozen=True, kw_only=True):
    """A takedown that was carried out. `heard`: when it came, from when on everything new was refused.

    `dark`: when the last of the `stopped` sessions was ended. Both in unix seconds.
    """

    id: int
    heard: float
    dark: float
    stopped: int = 0


class DarkReport(msgspec.Struct, frozen=True, kw_only=True):
    """What an edge, or the process that sends datagrams, says of the takedowns that stand. `who` is "edge 0" or so."""

    who: str
    pid: int
    at: float
    takedowns: list[DarkenedReport]


class OutputReport(msgspec.Struct, frozen=True, kw_only=True):
    """One address that a channel is sent to. Counters since the process began.

    `late` datagrams left over 20 ms after their time; `gaps`: how often the ring brought nothing in time; `failed`:
    what the network did not take. `detail` is a sentence for the operator.
    """

    channel_id: int
    channel: str
    url: str
    sent: int = 0
    failed: int = 0
    late: int = 0
    gaps: int = 0
    bytes_sent: int = 0
    detail: str = ""


class SenderReport(msgspec.Struct, frozen=True, kw_only=True):
    """The process that sends datagrams."""

    pid: int
    at: float
    started: float
    outputs: list[OutputReport]


class TakeReport(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A take that is under way or waits to be settled. `spans`: what is kept of it, as (start, stop) in unix seconds.

    `over`: nothing more will come. `disk_full`: the disk did not take some of it. `deleted`: its files are gone.
    """

    id: int
    spans: list[tuple[float, float]] = []
    size_bytes: int = 0
    over: bool = False
    disk_full: bool = False
    deleted: bool = False


class RecorderReport(msgspec.Struct, frozen=True, kw_only=True):
    """The recorder. `size_bytes` of all takes; `strangers`: takes on disk that the feed does not know, left alone."""

    pid: int
    at: float
    started: float
    takes: list[TakeReport] = []
    size_bytes: int = 0
    free_bytes: int = 0
    strangers: int = 0


class GapReport(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of which nothing is kept, in unix seconds. `cause`: a GapCause of `rightcast.domain.archive`."""

    start: float
    stop: float
    cause: str


class ArchiveReport(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is kept of one channel. Hours: wished, granted by its rights, and kept, which is 0 while nothing new is.
    Bytes: on the first disk, on the second, in the store.

    `oldest`, `newest`: unix seconds where the reel begins and ends, 0 of an empty one. `gaps`: the last few that were
    noted. `detail` is a sentence for the operator.
    """

    channel_id: int
    channel: str
    wished_h: int = 0
    granted_h: int = 0
    kept_h: int = 0
    bytes: int = 0
    second_bytes: int = 0
    store_bytes: int = 0
    oldest: float = 0.0
    newest: float = 0.0
    gaps: list[GapReport] = []
    detail: str = ""


class ArchivistReport(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The process that keeps channels. `used_bytes` of `allowed_bytes` are taken on a disk with `free_bytes` left.

    `backlog`: segments that wait to be written, since `busy_since` (unix seconds, 0: none is being written); `missed`:
    those that fell off the ring since the process began. `evicted`: unix seconds when the disk's room last made
    something go before its time. `trouble` is the last error of writing while it lasts, `moving_trouble` that of moving
    files to other places.
    """

    pid: int
    at: float
    started: float
    used_bytes: int = 0
    allowed_bytes: int = 0
    free_bytes: int = 0
    total_bytes: int = 0
    backlog: int = 0
    busy_since: float = 0.0
    missed: int = 0
    evicted: float = 0.0
    trouble: str = ""
    moving_trouble: str = ""
    channels: list[ArchiveReport] = []


class WatchReport(msgspec.Struct, frozen=True, kw_only=True):
    """The jobs process after a look for alarms; while it does not report, nobody raises or tells any."""

    pid: int
    at: float
    started: float
    open: int = 0


class NowPlaying(msgspec.Struct, frozen=True, kw_only=True):
    """What is on a channel, in words for its listeners. Unlike other reports it does not expire."""

    channel_id: int
    text: str
    at: float


def now_playing_report(channel_id: int) -> str:
    """The name of the report with a channel's text; no other name begins with it."""
    return f"nowplaying-{channel_id}-text"
