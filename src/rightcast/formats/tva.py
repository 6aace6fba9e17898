"""The guide as DVB-I clients read it: TV-Anytime documents (ETSI TS 102 822-3-1) profiled by ETSI TS 103 770 section 6.

Schedules by window, what is on now and around it, and one programme whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from rightcast.domain.guide import Show
from rightcast.formats.xmltv_text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rightcast.domain.guide import Credit

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_MAIN = (
    '<TVAMain xmlns="urn:tva:metadata:2024" xmlns:mpeg7="urn:tva:mpeg7:2008" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xml:lang="en"><ProgramDescription>\n'
)
_END = "</ProgramDescription></TVAMain>\n"
_GENRE = "urn:dvb:metadata:cs:ContentSubject:2019"
_STILL = "urn:tva:metadata:cs:HowRelatedCS:2012:19"
_ROLES = {
    "actor": "urn:mpeg:mpeg7:cs:RoleCS:2001:ACTOR",
    "director": "urn:mpeg:mpeg7:cs:RoleCS:2001:DIRECTOR",
    "writer": "urn:mpeg:mpeg7:cs:RoleCS:2001:SCRIPTWRITER",
    "producer": "urn:mpeg:mpeg7:cs:RoleCS:2001:PRODUCER",
    "presenter": "urn:tva:metadata:cs:TVARoleCS:2011:AD6",
}
_TITLE, _SHORT, _MEDIUM, _LONG = 80, 90, 210, 1200
"""The most characters of a title and of the three synopses (TS 103 770 section 6.10.5)."""
NOW_NEXT = "crid://dvb.org/metadata/schedules/now-next/"
_GENRES = range(1, 13)
_AROUND = 10
_OLDEST = 100


@dataclass(frozen=True, slots=True)
class Programmes:
    """The shows of a service in a window, in unix seconds. `service` is as the list names it to the guide."""

    service: str
    channel_id: int
    shows: Sequence[Show]
    start: int
    stop: int


def crid(authority: str, channel_id: int, show: Show) -> str:
    """The name of a programme: the same for as long as it begins at that moment on that channel."""
    return f"crid://{authority}/{channel_id}/{show.start}"


def of_crid(text: str) -> tuple[int, int] | None:
    """Channel and start in a name that `crid` has made; None for another."""
    parts = text.removeprefix("crid://").split("/")
    usable = len(parts) == 3 and all(one.isascii() and one.isdigit() and len(one) < 16 for one in parts[1:])
    return (int(parts[1]), int(parts[2])) if usable else None


def schedule(authority: str, services: Sequence[Programmes]) -> Iterator[str]:
    """Schedules of some services, a service at a step."""
    yield f"{_HEAD}{_MAIN}<ProgramInformationTable>\n"
    for one in services:
        yield "".join([_information(authority, one.channel_id, show) for show in one.shows])
    yield "</ProgramInformationTable>\n<ProgramLocationTable>\n"
    for one in services:
        yield _schedule(authority, one)
    yield f"</ProgramLocationTable>{_END}"


def now_next(authority: str, found: Programmes, now: int, *, window: bool = False) -> str:
    """What is on and what comes next of one service; with `window` up to ten shows before and behind it."""
    earlier = [one for one in found.shows if one.stop <= now][-_AROUND:] if window else []
    present = [one for one in found.shows if one.start <= now < one.stop][:1]
    later = [one for one in found.shows if one.start > now][: _AROUND if window else 1]
    groups = [(name, shows) for name, shows in (("earlier", earlier), ("now", present), ("later", later)) if shows]
    told = [
        _information(authority, found.channel_id, show, member=f'crid="{NOW_NEXT}{name}" index="{place}"')
        for name, shows in groups
        for place, show in enumerate(shows, 1)
    ]
    listed = "".join(
        f'<GroupInformation groupId="{NOW_NEXT}{name}" ordered="true" numOfItems="{len(shows)}">'
        '<GroupType xsi:type="ProgramGroupTypeType" value="otherCollection"/><BasicDescription/></GroupInformation>\n'
        for name, shows in groups
    )
    shown = Programmes(
        found.service, found.channel_id, [one for _, shows in groups for one in shows], found.start, found.stop
    )
    return (
        f"{_HEAD}{_MAIN}<ProgramInformationTable>\n{''.join(told)}</ProgramInformationTable>\n"
        f"<GroupInformationTable>\n{listed}</GroupInformationTable>\n"
        f"<ProgramLocationTable>\n{_schedule(authority, shown)}</ProgramLocationTable>{_END}"
    )


def programme(authority: str, channel_id: int, show: Show | None) -> str:
    """One programme whole; an empty table for one that is not known any more."""
    told = "" if show is None else _information(authority, channel_id, show, whole=True)
    return f"{_HEAD}{_MAIN}<ProgramInformationTable>\n{told}</ProgramInformationTable>{_END}"


def _schedule(authority: str, found: Programmes) -> str:
    events = "".join([_event(authority, found.channel_id, show) for show in found.shows])
    return (
        f"<Schedule serviceIDRef={quoteattr(found.service)} start={quoteattr(_moment(found.start))} "
        f"end={quoteattr(_moment(found.stop))}>\n{events}</Schedule>\n"
    )


def _event(authority: str, channel_id: int, show: Show) -> str:
    first = '<FirstShowing value="true"/>' if show.new or show.premiere else ""
    repeat = '<Repeat value="true"/>' if show.repeated and not first else ""
    return (
        f"<ScheduleEvent><Program crid={quoteattr(crid(authority, channel_id, show))}/>"
        f"<PublishedStartTime>{_moment(show.start)}</PublishedStartTime>"
        f"<PublishedDuration>{_duration(show.stop - show.start)}</PublishedDuration>{first}{repeat}</ScheduleEvent>\n"
    )


def _information(authority: str, channel_id: int, show: Show, *, member: str = "", whole: bool = False) -> str:
    membership = f'<MemberOf xsi:type="MemberOfType" {member}/>' if member else ""
    return (
        f"<ProgramInformation programId={quoteattr(crid(authority, channel_id, show))}><BasicDescription>"
        f"{''.join(_description(show, whole=whole))}</BasicDescription>{membership}</ProgramInformation>\n"
    )


def _description(show: Show, *, whole: bool) -> Iterator[str]:
    """In the order of TV-Anytime's BasicContentDescriptionType."""
    spoken = f" xml:lang={quoteattr(show.language)}" if show.language else ""
    yield f'<Title type="main"{spoken}>{escape(_cut(show.title, _TITLE) or "-")}</Title>'
    if show.subtitle:
        yield f'<Title type="secondary"{spoken}>{escape(_cut(show.subtitle, _TITLE))}</Title>'
    lengths = (("short", _SHORT), ("medium", _MEDIUM), ("long", _LONG)) if whole else (("medium", _MEDIUM),)
    for name, most in lengths if clean(show.description) else ():
        yield f'<Synopsis length="{name}"{spoken}>{escape(_cut(show.description, most))}</Synopsis>'
    if whole:
        yield from (f"<Keyword{spoken}>{escape(clean(one))}</Keyword>" for one in show.keywords if clean(one))
    if show.genre >> 4 in _GENRES:
        yield f'<Genre href="{_GENRE}:{show.genre >> 4}" type="main"/>'
    age = show.rating[1].removesuffix("+") if show.rating else ""
    if age.isascii() and age.isdigit() and int(age[:4]) < _OLDEST:
        yield f"<ParentalGuidance><mpeg7:MinimumAge>{int(age)}</mpeg7:MinimumAge></ParentalGuidance>"
    if whole:
        yield _credits(show.credits)
    if show.icon_url:
        yield (
            f'<RelatedMaterial><HowRelated href="{_STILL}"/><MediaLocator><MediaUri>{escape(clean(show.icon_url))}'
            "</MediaUri></MediaLocator></RelatedMaterial>"
        )


def _credits(people: Iterable[Credit]) -> str:
    rows = [
        f'<CreditsItem role="{_ROLES[one.part]}"><PersonName><mpeg7:GivenName>{escape(clean(one.name))}'
        f"</mpeg7:GivenName></PersonName>{_character(one)}</CreditsItem>"
        for one in people
        if one.part in _ROLES and clean(one.name)
    ]
    return f"<CreditsList>{''.join(rows)}</CreditsList>" if rows else ""


def _character(one: Credit) -> str:
    name = clean(one.role) if one.part == "actor" else ""
    return f"<Character><mpeg7:GivenName>{escape(name)}</mpeg7:GivenName></Character>" if name else ""


def _cut(text: str, most: int) -> str:
    """At most so many characters, cut behind a word where there is one."""
    words = clean(text)
    if len(words) <= most:
        return words
    kept = words[: most - 1]
    return f"{kept[: kept.rfind(' ')] if ' ' in kept else kept}\u2026"


def _moment(unix_s: int) -> str:
    return datetime.fromtimestamp(unix_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _duration(length_s: int) -> str:
    """An xs:duration in hours, minutes and seconds."""
    minutes, seconds = divmod(max(0, length_s), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{value}{unit}" for value, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if value]
    return f"PT{''.join(parts) or '0S'}"
