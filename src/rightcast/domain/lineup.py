"""What is carried and what is sold: sources, channels, lineups, packages, lines.

Plain records that panel, headend and edge share; the panel owns them, revisions carry them.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime

from rightcast.domain.archive import Archive
from rightcast.domain.cues import EVERYBODY, SignalPolicy
from rightcast.domain.failover import Failover
from rightcast.domain.features import NO_FEATURES, Features
from rightcast.domain.ladder import Ladder
from rightcast.domain.life import Life
from rightcast.domain.outputs import Outputs
from rightcast.domain.packaging import Packaging
from rightcast.domain.places import Network, Portability
from rightcast.domain.protection import Protection
from rightcast.domain.schedule import Schedule
from rightcast.domain.slate import KEPT_OUT, Slate
from rightcast.domain.watch import Watch

# Asked for at every request, so made once.
_PACKAGING, _PROTECTION, _ARCHIVE = Packaging(), Protection(), Archive()


class SourceKind(enum.StrEnum):
    """How a signal arrives; one recipe in `headend/sources` for each."""

    UDP = "udp"
    RTP = "rtp"
    HTTP_TS = "http_ts"
    HLS = "hls"
    SRT = "srt"
    RTMP = "rtmp"
    RTSP = "rtsp"
    FILE = "file"
    TESTCARD = "testcard"


class ChannelKind(enum.StrEnum):
    """Television or radio; radio has no video and is cut by time."""

    TV = "tv"
    RADIO = "radio"


class StartMode(enum.StrEnum):
    """Whether a channel runs always or starts with its first viewer."""

    ALWAYS = "always"
    ON_DEMAND = "on_demand"


class LineStatus(enum.StrEnum):
    """Operator's word on a line; expiry is a matter of its date, not of this.

    UNCONFIRMED: its customer was asked to confirm at the edge's page that it is not shared, and has not yet.
    """

    ACTIVE = "active"
    DISABLED = "disabled"
    BANNED = "banned"
    UNCONFIRMED = "unconfirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a channel's signal comes from.

    `url` follows `rightcast.domain.sources`; `service_id` picks one service of a multiplex
    (None: the only one). Sources of several channels with the same `url` are received once.
    """

    id: int
    kind: SourceKind
    url: str
    service_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A published channel. `id` is stable for ever: apps store favourites by it."""

    id: int
    number: int
    name: str
    kind: ChannelKind
    sources: tuple[Source, ...]
    added: datetime
    start: StartMode = StartMode.ALWAYS
    logo_url: str = ""
    guide_id: str = ""
    adult: bool = False
    features: Features | None = None

    @property
    def failover(self) -> Failover:
        """How patient a channel is with its sources."""
        return (self.features or NO_FEATURES).failover or Failover()

    @property
    def life(self) -> Life:
        """What an operator wants of a channel's running."""
        return (self.features or NO_FEATURES).life or Life()

    @property
    def slate(self) -> Slate:
        """The picture and words shown while nothing else can be."""
        return (self.features or NO_FEATURES).slate or Slate()

    @property
    def schedule(self) -> Schedule:
        """Slots in which another source, the slate or nothing is wanted."""
        return (self.features or NO_FEATURES).schedule or Schedule()

    @property
    def ladder(self) -> Ladder:
        """Which rungs are made; none by default."""
        return (self.features or NO_FEATURES).ladder or Ladder()

    @property
    def packaging(self) -> Packaging:
        """Which formats are offered."""
        return (self.features or NO_FEATURES).packaging or _PACKAGING

    @property
    def protection(self) -> Protection:
        """Encryption in transport; none by default."""
        return (self.features or NO_FEATURES).protection or _PROTECTION

    @property
    def outputs(self) -> Outputs:
        """Addresses that the channel's stream is sent to."""
        return (self.features or NO_FEATURES).outputs or Outputs()

    @property
    def watch(self) -> Watch:
        """Which checks run, and their thresholds."""
        return (self.features or NO_FEATURES).watch or Watch()

    @property
    def archive(self) -> Archive:
        """How much is kept on disk; nothing by default."""
        return (self.features or NO_FEATURES).archive or _ARCHIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class LineupEntry:
    """A channel's place in a lineup: its number and the category that apps group it by."""

    channel_id: int
    number: int
    category_id: int
    category_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineup:
    """An ordered selection of channels with numbers and categories."""

    id: int
    name: str
    entries: tuple[LineupEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """What a line is entitled to: lineups of channels, and collections of the library."""

    id: int
    name: str
    lineup_ids: tuple[int, ...]
    collection_ids: tuple[int, ...] = ()


class CredentialKind(enum.StrEnum):
    """How a device of a customer proves itself.

    XTREAM: a further name and secret. MAC: a box by its hardware address. SHORT: an address that is short enough to be
    typed with a remote. TOKEN: a long one, for apps that are told it.
    """

    XTREAM = "xtream"
    MAC = "mac"
    SHORT = "short"
    TOKEN = "token"  # noqa: S105 - the name of a kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A further way into a line, beside its own name and secret; revoked by taking it away.

    `handle` finds it: a name, a MAC address in capitals, or the keyed digest of what the device shows. `digest` is that
    of a secret where the kind has one; `device` is what the customer calls the thing.
    """

    id: int
    kind: CredentialKind
    handle: str
    digest: str = ""
    device: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A customer's access: a name, a keyed digest of a secret, packages and limits.

    `credentials` are further ways in, one per device. `territory` is where the customer lives (ISO 3166-1 alpha-2).
    `sessions_from`: sessions opened before this moment are void (a kick moves it to now). `max_sessions` counts
    concurrent screens. `portability`: residence was verified, so that it may be abroad for a while as if at home.
    """

    id: int
    name: str
    secret_digest: str
    status: LineStatus
    package_ids: tuple[int, ...]
    territory: str
    created: datetime
    max_sessions: int = 1
    expires: datetime | None = None
    sessions_from: datetime | None = None
    trial: bool = False
    credentials: tuple[Credential, ...] = ()
    portability: Portability | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """What every edge should know of the station as a whole.

    `signals`: whom a provider's signals concern. `networks`: the ranges of addresses that the operator knows.
    `slate`: what those see who are kept out of a channel and are shown nothing else.
    """

    name: str = "Rightcast"
    territory: str = "IT"
    timezone: str = "UTC"
    replica_max_age_s: int = 86_400
    output_formats: tuple[str, ...] = field(default=("ts", "m3u8"))
    login_failure_status: int = 200
    signals: SignalPolicy = EVERYBODY
    networks: tuple[Network, ...] = ()
    slate: Slate = KEPT_OUT
