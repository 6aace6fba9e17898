"""JSON shapes of the Xtream player API, with exactly the types that apps insist on.

Numbers that look like strings are strings on purpose; see the tables of the wire formats.
"""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence


class UserInfo(msgspec.Struct, frozen=True, kw_only=True):
    """Who logged in. Dates are unix seconds as strings; counts are strings of digits."""

    username: str
    password: str
    message: str = ""
    auth: int = 1
    status: str
    exp_date: str | None
    is_trial: str
    active_cons: str
    created_at: str
    max_connections: str
    allowed_output_formats: tuple[str, ...]


class ServerInfo(msgspec.Struct, frozen=True, kw_only=True):
    """Where the station is; ports are strings and never empty."""

    url: str
    port: str
    https_port: str
    server_protocol: str
    rtmp_port: str
    timezone: str
    timestamp_now: int
    time_now: str
    process: bool = True


class Login(msgspec.Struct, frozen=True):
    """Answer to a login, and to every action that is not known."""

    user_info: UserInfo
    server_info: ServerInfo


class Category(msgspec.Struct, frozen=True, kw_only=True):
    """A group of channels."""

    category_id: str
    category_name: str
    parent_id: int = 0


class LiveStream(msgspec.Struct, frozen=True, kw_only=True):
    """A channel as apps list it."""

    num: int
    name: str
    stream_type: str = "live"
    stream_id: int
    stream_icon: str
    epg_channel_id: str | None
    added: str
    is_adult: str
    category_id: str
    category_ids: tuple[int, ...]
    custom_sid: str = ""
    tv_archive: int = 0
    tv_archive_duration: int = 0
    direct_source: str = ""
    thumbnail: str = ""


class PanelChannel(LiveStream, frozen=True, kw_only=True):
    """A channel as panel_api.php lists it: the row of get_live_streams with what older apps look for besides."""

    type_name: str = "Live Streams"
    category_name: str
    series_no: None = None
    live: str = "1"
    container_extension: str = "ts"


class PanelCategories(msgspec.Struct, frozen=True, kw_only=True):
    """Categories of panel_api.php by kind."""

    movie: list[Category] = []
    live: list[Category]
    series: list[Category] = []


class GuideRow(msgspec.Struct, frozen=True, kw_only=True):
    """A show. Texts are base64 of UTF-8; times are text in TIMEZONE, and unix seconds as strings.

    `end` and `stop` are the same: families of panels differ in which of them holds what.
    """

    id: str
    epg_id: str
    title: str
    lang: str
    start: str
    end: str
    stop: str
    description: str
    channel_id: str
    start_timestamp: str
    stop_timestamp: str
    stream_id: str
    now_playing: int
    has_archive: int


class GuideRows(msgspec.Struct, frozen=True):
    """Answer to every question about shows."""

    epg_listings: list[GuideRow]


TIMEZONE = "UTC"
"""What every server says of itself, whatever its operator's zone: apps build addresses of the archive from times in
words, some in this zone and some in UTC, and this is the only one in which they agree."""
LOGIN_FAILED = b'{"user_info":{"auth":0}}'
EMPTY_ANSWERS: dict[str, bytes] = {
    "get_vod_categories": b"[]",
    "get_vod_streams": b"[]",
    "get_series_categories": b"[]",
    "get_series": b"[]",
    "get_vod_info": b'{"info":[],"movie_data":[]}',
    "get_series_info": b'{"seasons":[],"info":{"name":null},"episodes":{}}',
}
"""What a line that may watch nothing is answered about films and series; empty lists are never null."""


def encode(answer: object) -> bytes:
    """The answer as JSON."""
    return msgspec.json.encode(answer)


def base64_text(text: str) -> str:
    """Padded base64 of UTF-8, as apps want the texts of the guide; nothing stays nothing."""
    return b64encode(text.encode("utf-8", "replace")).decode()


def epoch(moment: datetime | None) -> str | None:
    """Unix seconds as a string; None (unlimited) stays None."""
    return None if moment is None else str(int(moment.timestamp()))


def words_of(moment: datetime) -> str:
    """`YYYY-MM-DD HH:MM:SS` in TIMEZONE."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def categories(names: Sequence[tuple[int, str]]) -> list[Category]:
    """Categories in order, each once."""
    return [Category(category_id=str(key), category_name=name) for key, name in dict(names).items()]
