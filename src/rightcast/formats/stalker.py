"""JSON shapes of the portal API of set-top boxes (Stalker, MAG), with exactly the types that clients insist on.

Every answer is `{"js": ...}`. Numbers that look like strings are strings on purpose: docs/reference/stalker.md.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rightcast.domain import library
    from rightcast.domain.guide import Show

PAGE_ROWS = 14
"""Rows of a page; clients reckon with this number."""
ALL = "*"
WATCHDOG_S = 120
PING_S = 90
AUTHORIZATION_FAILED = b"Authorization failed."
"""The whole body by which a client learns that its session is over; some compare it byte by byte."""
BOX_MODELS = ("mag200", "mag245", "mag250", "mag254", "mag256", "mag270", "mag275", "mag322", "mag349", "mag351",
              "mag352", "mag420", "mag424", "mag425", "mag520", "mag540", "aurahd", "aurahd2", "wr320")  # fmt: skip
_FIRST_GENRE = 1000
_PLACE_OF_CHANNEL = re.compile(r"/ch/(\d{1,18})(?!\d)")
_PLACE_OF_PAST = re.compile(r"\b(\d{1,18})_(\d{1,11})(?:\.\w+)?", re.ASCII)
_ROWS_PER_PIECE = 200


class Handshake(msgspec.Struct, frozen=True):
    """A session token of 32 hexadecimal digits; `not_valid` 1: another one had been shown."""

    token: str
    random: str
    not_valid: int


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """The box and its customer. `status` 0: go on; 1: blocked, `msg` and `block_msg` say why and are never null."""

    id: str
    name: str
    mac: str
    login: str = ""
    password: str = ""
    status: int
    msg: str = ""
    block_msg: str = ""
    blocked: str = "0"
    watchdog_timeout: int = WATCHDOG_S
    timeslot: int = PING_S
    store_auth_data_on_stb: bool = False
    locale: str = "en_GB.utf8"
    default_locale: str = "en_GB.utf8"
    default_timezone: str = "UTC"
    tariff_plan_id: str = "0"
    tariff_plan_name: str = ""
    expire_billing_date: str = ""
    allowed_stb_types: tuple[str, ...] = BOX_MODELS
    allowed_stb_types_for_local_recording: tuple[str, ...] = ()
    fav_itv_on: str = "0"
    parent_password: str = "0000"  # noqa: S105 - boxes insist on one; ours locks nothing
    hd: str = "1"
    stb_type: str = ""
    sn: str = ""
    version: str = ""
    playback_limit: int = 0
    show_tv_channel_logo: bool = True
    tv_archive_days: int = 0


class Genre(msgspec.Struct, frozen=True, kw_only=True):
    """A group of channels, or of films or series."""

    id: str
    title: str
    alias: str
    number: int = 0
    censored: int = 0
    active_sub: bool = True


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """A channel; `number` is a string, for clients reject a list in which it is not."""

    id: str
    name: str
    number: str
    cmd: str
    cmd_1: str = ""
    cmd_2: str = ""
    cmd_3: str = ""
    logo: str
    tv_genre_id: str
    xmltv_id: str
    use_http_tmp_link: str = "1"
    use_load_balancing: str = "0"
    censored: int
    status: int = 1
    hd: int = 0
    fav: int = 0
    lock: int = 0
    open: int = 1
    base_ch: str = "1"
    enable_tv_archive: int = 0
    tv_archive_duration: int = 0
    archive: int = 0
    cur_playing: str = ""
    service_id: str = ""
    volume_correction: int = 0


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Some rows of a list, and how many there are in all."""

    total_items: int
    max_page_items: int = PAGE_ROWS
    selected_item: int = 0
    cur_page: int
    data: Sequence[object]


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """An address to play as `PLAYER URL`, or none and an `error`: nothing_to_play or access_denied."""

    id: str
    cmd: str = ""
    streamer_id: int = 0
    link_id: str = ""
    load: int = 0
    error: str = ""


class Programme(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the guide; `name` and `descr` are strings always, times in words are of the box's zone."""

    id: str
    ch_id: str
    time: str
    time_to: str
    duration: int
    name: str
    descr: str
    start_timestamp: int
    stop_timestamp: int
    t_time: str
    t_time_to: str
    category: str = ""
    director: str = ""
    actor: str = ""
    real_id: str
    mark_memo: int = 0
    mark_archive: int = 0


class Title(msgspec.Struct, frozen=True, kw_only=True):
    """A film, a series or a season; `series` are numbers of episodes, of seasons only.

    `is_series` is never "1": that would send clients another way than by the type series.
    """

    id: str
    name: str
    o_name: str
    cmd: str
    series: tuple[int, ...] = ()
    is_series: str = "0"
    is_season: int = 0
    screenshot_uri: str = ""
    description: str = ""
    director: str = ""
    actors: str = ""
    year: str = ""
    country: str = ""
    added: str = ""
    last_played: str = ""
    time: str = ""
    hd: int = 0
    fav: int = 0
    category_id: str = ""
    genres_str: str = ""
    age: str = ""
    rating_imdb: str = ""
    rating_kinopoisk: str = ""


class Event(msgspec.Struct, frozen=True):
    """What waits for a box: nothing ever does."""

    msgs: int = 0
    additional_services_on: str = "1"


class Events(msgspec.Struct, frozen=True):
    """Answer to a watchdog."""

    data: Event = Event()


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """What a customer has; `phone` says until when, for that is where clients show it."""

    mac: str
    fname: str
    phone: str
    login: str
    tariff_plan: str
    end_date: str
    account_balance: str = ""
    status: int


class AccountInfo(Account, frozen=True, kw_only=True):
    """The same twice: some clients look into `account_info`."""

    account_info: Account


def answer(js: object, text: str = "") -> bytes:
    """The body of an answer; `text` is for people who look at it."""
    return msgspec.json.encode({"js": js, "text": text} if text else {"js": js})


def genre_id(category_id: int) -> str:
    """Ours begin at 1000: clients ask for genre 10, which is that of adults on other portals, and must get nothing."""
    return str(_FIRST_GENRE + category_id)


def category_of(genre: str) -> int | None:
    """The category behind a genre's id; None when it is none of ours."""
    usable = genre.isascii() and genre.isdigit() and len(genre) < 19 and int(genre) >= _FIRST_GENRE
    return int(genre) - _FIRST_GENRE if usable else None


class RecordingRow(msgspec.Struct, frozen=True, kw_only=True):
    """A recording of remote_pvr. `state`: 0 planned, 1 under way, 2 kept, 3 none; `length` in seconds."""

    id: str
    ch_id: str
    ch_name: str
    program: str
    descr: str
    t_start: str
    t_stop: str
    t_start_ts: int
    t_stop_ts: int
    length: int
    state: int
    started: int
    ended: int
    cmd: str


def number_of(text: str) -> int | None:
    """The id that a text is; None when it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def genres(names: Iterable[tuple[int, str]], adult: frozenset[int] = frozenset()) -> list[Genre]:
    """Categories in order, each once, behind the one of all; `adult` are ids of those to be locked."""
    found = [Genre(id=ALL, title="All", alias="all")]
    for place, (key, name) in enumerate(dict(names).items(), 1):
        alias = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        found.append(Genre(id=genre_id(key), title=name, alias=alias, number=place, censored=int(key in adult)))
    return found


def page(rows: Sequence[object], number: int, total: int) -> Page:
    """One page of a list of `total` rows; pages count from 1."""
    return Page(total_items=total, cur_page=number, data=rows)


def page_number(text: str) -> int:
    """The page that was asked for; whatever is no number means the first."""
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else 1


def pages(rows: Sequence[Channel]) -> Iterator[bytes]:
    """The answer with all rows at once, some at a time."""
    head = msgspec.json.encode(page((), 1, len(rows)))
    yield b'{"js":' + head.removesuffix(b"]}")
    for start in range(0, len(rows), _ROWS_PER_PIECE):
        piece = msgspec.json.encode(rows[start : start + _ROWS_PER_PIECE])[1:-1]
        yield b"," + piece if start else piece
    yield b"]}}"


def guide_pieces(rows: Iterable[tuple[str, list[Programme]]]) -> Iterator[bytes]:
    """The answer with the guide by channel id, one channel at a time."""
    yield b'{"js":{"data":{'
    for place, (channel_id, programmes) in enumerate(rows):
        key = msgspec.json.encode(channel_id)
        yield (b"," if place else b"") + key + b":" + msgspec.json.encode(programmes)
    yield b"}}}"


def channel_command(channel_id: int) -> str:
    """What stands in `cmd` of a row: no address yet, it is handed back for a link."""
    return f"ffrt http://localhost/ch/{channel_id}"


def channel_of(command: str) -> int | None:
    """The channel of a `cmd` as rows have it, with whatever a client has put around it."""
    found = _PLACE_OF_CHANNEL.search(command)
    return int(found[1]) if found else None


def past_of(command: str) -> tuple[int, int] | None:
    """Channel and start (unix seconds) of a `cmd` like `auto /media/12_1795552200.mpg`, made of a row's real_id."""
    found = _PLACE_OF_PAST.search(command)
    return (int(found[1]), int(found[2])) if found else None


def title(one: library.Title) -> Title:
    """The row of a film or a series."""
    return Title(
        id=str(one.id),
        name=one.name,
        o_name=one.original_name or one.name,
        cmd=f"/media/{one.id}.mpg",
        screenshot_uri=one.poster_url,
        description=one.description,
        director=", ".join(one.directors),
        actors=", ".join(one.actors),
        year=one.year,
        country=", ".join(one.countries),
        added=clock(one.added) if one.added else "",
        time=str(one.length_s // 60) if one.length_s else "",
        hd=int(one.hd),
        category_id=genre_id(one.category_id),
        genres_str=", ".join(one.genres),
        age=f"{one.age}+" if one.age else "",
        rating_imdb=one.stars,
    )


def season(series: library.Title, one: library.Season) -> Title:
    """The row of a season; its `cmd` and the number of an episode together are asked for a link."""
    key = f"{series.id}:{one.number}"
    return msgspec.structs.replace(
        title(series),
        id=key,
        name=one.name or f"Season {one.number}",
        cmd=f"/media/{key}.mpg",
        series=one.episodes,
        is_season=1,
    )


def clock(moment: float, zone: tzinfo = UTC) -> str:
    """`YYYY-MM-DD HH:MM:SS` of unix seconds in a zone."""
    return datetime.fromtimestamp(moment, zone).strftime("%Y-%m-%d %H:%M:%S")


def programme(show: Show, channel_id: int, zone: tzinfo = UTC, *, archived: bool = False) -> Programme:
    """A row of the guide of a channel, in words of a zone; `archived`: it can be watched again."""
    begins, ends = clock(show.start, zone), clock(show.stop, zone)
    return Programme(
        id=str(show.id),
        ch_id=str(channel_id),
        time=begins,
        time_to=ends,
        duration=max(0, show.stop - show.start),
        name=f"{show.title}: {show.subtitle}" if show.subtitle else show.title,
        descr=show.description,
        start_timestamp=show.start,
        stop_timestamp=show.stop,
        t_time=begins[11:16],
        t_time_to=ends[11:16],
        category=", ".join(show.categories),
        director=_names(show, "director"),
        actor=_names(show, "actor"),
        real_id=f"{channel_id}_{show.start}",
        mark_archive=int(archived),
    )


def _names(show: Show, part: str) -> str:
    return ", ".join(one.name for one in show.credits if one.part == part)
