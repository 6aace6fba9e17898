"""Settings of one station, and where it keeps its things on this machine.

Resolved once by cli or serve, handed to every process as JSON in RIGHTCAST_STATION.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from rightcast.domain.errors import InvalidInputError

HANDOVER_VARIABLE = "RIGHTCAST_STATION"


@dataclass(frozen=True, slots=True)
class Address:
    """A host and a TCP port to listen on."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str, *, field: str) -> Address:
        """Read HOST:PORT, :PORT (all interfaces) or [IPV6]:PORT."""
        host, sign, port = text.rpartition(":")
        if not sign or not (port.isascii() and port.isdigit()) or not 0 <= int(port) <= 65535:
            raise InvalidInputError(
                f"'{text}' is not an address to listen on.",
                remedy="Write HOST:PORT, for example 127.0.0.1:8080.",
                field=field,
            )
        return cls(host.strip("[]") or "0.0.0.0", int(port))  # noqa: S104 - asked for by leaving the host out

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the address."""
        return self.host in {"localhost", "::1"} or self.host.startswith("127.")

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StationSettings:
    """Everything the processes of one station agree on. Sizes in bytes, times in seconds."""

    data: Path
    listen: Address = field(default=Address("127.0.0.1", 8080))
    console: Address = field(default=Address("127.0.0.1", 8000))
    tls_listen: Address | None = None
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    public_url: str = ""
    ring: Path | None = None
    ring_budget_bytes: int = 0
    segment_s: float = 2.0
    part_s: float = 0.25
    playlist_segments: int = 6
    edges: int = 1
    headends: int = 1
    ffmpeg: str = ""
    demo: bool = False
    tuner_line: str = ""
    tuner_listen: Address | None = None
    notify_networks: tuple[str, ...] = ()
    provider_line: str = ""
    country_file: Path | None = None
    archive: Path | None = None
    archive_budget_bytes: int = 0
    archive_second: Path | None = None
    archive_second_after_h: int = 24
    archive_s3_url: str = ""
    archive_s3_after_h: int = 48

    @property
    def database(self) -> Path:
        """The panel's SQLite database; only panel, jobs and cli open it."""
        return self.data / "rightcast.sqlite3"

    @property
    def feed(self) -> Path:
        """The change feed from panel to headend and edges."""
        return self.data / "feed.sqlite3"

    @property
    def keys(self) -> Path:
        """Folder of secrets, mode 0700."""
        return self.data / "keys"

    @property
    def reports(self) -> Path:
        """Folder of what processes report about themselves; it expires."""
        return self.ring_root / "reports"

    @property
    def ring_root(self) -> Path:
        """The tmpfs folder of rings and local sockets; short, for socket paths end at 107 bytes."""
        if self.ring is not None:
            return self.ring
        mark = hashlib.sha256(str(self.data.resolve()).encode()).hexdigest()[:10]
        shared = Path("/dev/shm")  # noqa: S108 - the tmpfs every Linux has; our folder in it is 0700
        return (shared if shared.is_dir() else Path("/tmp")) / f"rightcast-{os.getuid()}-{mark}"  # noqa: S108

    def channel_ring(self, channel_id: int, rendition: int = 0) -> Path:
        """The folder of one channel's segment files; each rung of its ladder has an own one."""
        return self.ring_root / "ring" / (f"{channel_id}.{rendition}" if rendition else str(channel_id))

    @property
    def thumbnails(self) -> Path:
        """Folder of small pictures of what is on air, for the staff."""
        return self.ring_root / "thumbnails"

    @property
    def marker(self) -> Path:
        """The file of another marker for marked rungs; where there is none, the station's own marks."""
        return self.data / "marker"

    def headend_socket(self, shard: int) -> Path:
        """Where headend process `shard` announces its rings."""
        return self.ring_root / f"headend-{shard}.sock"

    @property
    def archive_root(self) -> Path:
        """Folder of what is kept of channels, one shelf for each."""
        return self.archive if self.archive is not None else self.data / "archive"

    @property
    def library(self) -> Path:
        """Folder of the files of films and series, and of their posters."""
        return self.data / "library"

    @property
    def archive_s3_keys(self) -> Path:
        """The file of access keys of the S3-compatible store, where it is not the environment that holds them."""
        return self.keys / "archive-s3"

    @property
    def images(self) -> Path:
        """Pictures of shows and channels that viewers get from this station."""
        return self.data / "images"

    @property
    def activations(self) -> Path:
        """Folder of screens that wait to be signed in, on tmpfs."""
        return self.ring_root / "activations"

    @property
    def recording_wishes(self) -> Path:
        """Folder of what viewers wish of their recordings, on tmpfs."""
        return self.ring_root / "recording-wishes"

    @property
    def notices(self) -> Path:
        """The post box of notices of infringement, and their originals."""
        return self.data / "notices"

    def packages(self, edge: int) -> Path:
        """Where edge process `edge` has segments packaged; empty but for what is being written."""
        return self.ring_root / f"packages-{edge}"

    def replica(self, edge: int) -> Path:
        """The replica of edge process `edge`."""
        return self.data / f"replica-{edge}.sqlite3"

    @property
    def favourites(self) -> Path:
        """What viewers marked on their boxes, shared by the edges of this machine."""
        return self.data / "favourites.sqlite3"

    @property
    def session_spool(self) -> Path:
        """Folder of session records that the panel has not taken in yet."""
        return self.data / "sessions"

    def handover(self) -> str:
        """The settings as JSON for a child process."""
        return msgspec.json.encode(self, enc_hook=str).decode()

    @classmethod
    def from_handover(cls, text: str) -> StationSettings:
        """Read what `handover` wrote."""
        return msgspec.json.decode(text, type=cls, dec_hook=_decode_path)


def _decode_path(wanted: type, value: object) -> object:
    if issubclass(wanted, Path) and isinstance(value, str):
        return Path(value)
    raise NotImplementedError(wanted)
