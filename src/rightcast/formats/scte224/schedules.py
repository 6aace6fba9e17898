"""What a document of SCTE 224 keeps from whom and when: media points, the policies they apply, and their actions.

A policy applies from a media point's matchTime until its duration is over or a later point removes it. Of several
viewing policies each one counts: whoever is in the audience of one that blacks out is kept out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from rightcast.domain.blackouts import EVERYBODY, Audience
from rightcast.domain.segment_marks import Mark
from rightcast.formats.scte224.audiences import read_audience
from rightcast.formats.scte224.elements import ACTION, HREF, Element, wrong
from rightcast.formats.scte224.signals import capture_window, mark_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BLACKOUT = "urn:scte:224:action:blackout"
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(\.\d+)?S)?)?")
_HEIGHTS = {"SD": 576, "HD": 1080, "FHD": 1080, "UHD": 2160, "4K": 2160}
_KINDS = ("Media", "MediaPoint", "Policy", "ViewingPolicy", "Audience")
_DEEPEST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One span in which a viewing policy keeps a medium, or its larger pictures, from an audience.

    `source` is the same each time the document is read; `updated` the provider's own date of it. `content` is what the
    provider wants to be shown, empty for a bare blackout. `notes`: what was read and is not done as it says.
    """

    source: str
    updated: str
    name: str
    starts: datetime
    ends: datetime | None
    audience: Audience
    content: str = ""
    max_height: int = 0
    begins_by: Mark | None = None
    ends_by: Mark | None = None
    lasts_s: float = 0.0
    latest: datetime | None = None
    only_past: bool = False
    kept_from: datetime | None = None
    kept_until: datetime | None = None
    line: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Medium:
    """One Media: by which names its channel may be known, what is kept from whom, and what is not done."""

    id: str
    updated: str
    names: tuple[str, ...]
    line: int
    kept: tuple[Kept, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Applied:
    point: Element
    policy: Element
    starts: datetime
    ends: datetime | None
    begins_by: Mark | None = None
    ends_by: Mark | None = None
    lasts_s: float = 0.0
    latest: datetime | None = None


def read_schedule(root: Element) -> tuple[Medium, ...]:
    """Every Media of a document. Raises InvalidInputError naming line and element."""
    known = {kind: _by_id(root, kind) for kind in _KINDS}
    media = [one for one in root.walk() if one.is_core and one.name == "Media" and not one.get(HREF)]
    if not media:
        raise wrong(root.line, root.name, "holds no Media of SCTE 224")
    return tuple(_Reading(one, known).medium() for one in media)


def moment(element: Element, name: str) -> datetime | None:
    """An attribute of xs:dateTime, UTC where it names no zone; None without one. Raises InvalidInputError."""
    text = element.get(name)
    if not text:
        return None
    try:
        found = datetime.fromisoformat(_to_microseconds(text))
    except ValueError as error:
        raise wrong(element.line, element.name, f"has {name}='{text[:40]}', which is no date and time") from error
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def duration(element: Element, name: str) -> timedelta | None:
    """An attribute of xs:duration in days and less; None without one. Raises InvalidInputError."""
    text = element.get(name)
    if not text:
        return None
    found = _DURATION.fullmatch(text)
    if found is None or text[-1] in "PT" or len(text) > 24:
        raise wrong(element.line, element.name, f"has {name}='{text[:40]}', which is no duration")
    days, hours, minutes, seconds = (int(found[place] or 0) for place in (1, 2, 3, 4))
    parts = float(f"0{found[5]}") if found[5] else 0.0
    try:
        return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds + parts)
    except OverflowError as error:
        raise wrong(element.line, element.name, f"has {name}='{text[:40]}', which is too long") from error


def _to_microseconds(text: str) -> str:
    """Providers write up to nine digits of a second."""
    return re.sub(r"(\.\d{6})\d+", r"\1", text)


def _by_id(root: Element, kind: str) -> dict[str, Element]:
    found: dict[str, Element] = {}
    for one in root.walk():
        if one.is_core and one.name == kind and one.get("id") and not one.get(HREF):
            found.setdefault(one.get("id"), one)
    return found


class _Reading:
    """Reads one Media."""

    def __init__(self, media: Element, known: dict[str, dict[str, Element]]) -> None:
        self._media = media
        self._known = known
        self._notes: list[str] = []

    def medium(self) -> Medium:
        media = self._media
        identity = self._id(media)
        points = [self._resolved(one) for one in media.all("MediaPoint")]
        kept = tuple(one for applied in self._applied(points) for one in self._kept(identity, applied))
        return Medium(
            id=identity,
            updated=media.get("lastUpdated"),
            names=_names(media),
            line=media.line,
            kept=kept,
            notes=tuple(self._notes),
        )

    def _id(self, element: Element) -> str:
        found = element.get("id")
        if not found or len(found) > 300:
            raise wrong(element.line, element.name, "has no id" if not found else "has too long an id")
        return found

    def _resolved(self, element: Element) -> Element:
        """The element itself, or the one that it refers to."""
        for _ in range(_DEEPEST):
            href = element.get(HREF)
            if not href:
                return element
            target = self._known[element.name].get(href)
            if target is None:
                raise wrong(element.line, element.name, f"refers to '{href[:100]}', which the document does not hold")
            element = target
        raise wrong(element.line, element.name, "refers to itself")

    def _applied(self, points: Sequence[Element]) -> list[_Applied]:
        """Each application of a policy with the moments between which it holds."""
        timed = []
        for place, point in enumerate(points):
            starts = self._start(point)
            if starts is not None:
                timed.append((starts, _order(point), place, point))
        timed.sort(key=lambda one: one[:3])
        found = []
        for place, (starts, _, _, point) in enumerate(timed):
            for apply in point.all("Apply"):
                for policy in map(self._resolved, apply.all("Policy")):
                    ends = self._end(
                        apply, policy, self._latest(point, starts), [(at, one) for at, _, _, one in timed[place + 1 :]]
                    )
                    lasts = duration(apply, "duration")
                    found.append(
                        _Applied(
                            point,
                            policy,
                            starts,
                            ends,
                            begins_by=self._mark(point),
                            ends_by=self._removed_by(points, policy),
                            lasts_s=0.0 if lasts is None else lasts.total_seconds(),
                            latest=self._backstop(point),
                        )
                    )
        return found

    def _start(self, point: Element) -> datetime | None:
        """When a point is; one that waits for a signal alone begins with its validity, for the signal may come then."""
        at = moment(point, "matchTime")
        signals = any(True for _ in point.all("MatchSignal"))
        if at is not None:
            if signals and mark_of(point) is None:
                self._note(point, "waits for a signal that is not read: its matchTime is obeyed, the signal is not")
            return at - self._tolerance(point) if any(True for _ in point.all("Apply")) else at
        if not any(True for name in ("Apply", "Remove") for _ in point.all(name)):
            return None
        if not any(True for _ in point.all("Apply")):
            if mark_of(point) is None:
                self._note(point, "removes a policy by a signal that is not read: the policy ends by its duration")
            return None
        at = moment(point, "effective") or moment(self._media, "effective")
        if at is None:
            raise wrong(point.line, "MediaPoint", "has neither matchTime nor effective, so it has no time to begin")
        if mark_of(point) is None:
            self._note(point, "waits for a signal that is not read: all of the time in which it may come is dark")
        return at

    def _mark(self, point: Element) -> Mark | None:
        """The signal that begins it; one with a matchTime and no tolerance begins then in any case."""
        if point.get("matchTime") and not self._tolerance(point):
            return None
        return mark_of(point)

    def _tolerance(self, point: Element) -> timedelta:
        """How far from its matchTime the signal of a point may come, where the signal is read."""
        if mark_of(point) is None:
            return timedelta()
        spans = (duration(one, "signalTolerance") for one in point.all("MatchSignal"))
        return max((one for one in spans if one is not None), default=timedelta())

    def _backstop(self, point: Element) -> datetime | None:
        """When a point applies though its signal did not come."""
        at, tolerance = moment(point, "matchTime"), self._tolerance(point)
        return at + tolerance if at is not None and tolerance else None

    def _removed_by(self, points: Sequence[Element], policy: Element) -> Mark | None:
        """The signal at which a later point removes a policy."""
        for point in points:
            removed = (self._resolved(one) for remove in point.all("Remove") for one in remove.all("Policy"))
            mark = mark_of(point) if any(_same(one, policy) for one in removed) else None
            if mark is not None:
                return mark
        return None

    def _latest(self, point: Element, starts: datetime) -> datetime | None:
        """The last moment at which a point may be: of one that waits for a signal alone, the end of its validity."""
        if point.get("matchTime"):
            return starts
        return moment(point, "expires") or moment(self._media, "expires")

    def _end(
        self, apply: Element, policy: Element, latest: datetime | None, later: Sequence[tuple[datetime, Element]]
    ) -> datetime | None:
        lasts = duration(apply, "duration")
        removed = (
            at
            for at, point in later
            for remove in point.all("Remove")
            if any(_same(self._resolved(one), policy) for one in remove.all("Policy"))
        )
        expires = moment(self._media, "expires")
        ends = [latest + lasts if lasts is not None and latest is not None else None, next(removed, None), expires]
        return min((one for one in ends if one is not None), default=None)

    def _kept(self, media_id: str, applied: _Applied) -> Iterator[Kept]:
        point, policy = applied.point, applied.policy
        if applied.ends is not None and applied.ends <= applied.starts:
            self._note(point, "ends before it begins")
            return
        for place, viewing in enumerate(map(self._resolved, policy.all("ViewingPolicy"))):
            content, height, captured = self._actions(viewing, applied)
            if content is None and not height and captured is None:
                continue
            only_past = content is None and not height
            given = next(viewing.all("Audience"), None)
            yield Kept(
                source=f"{media_id}|{self._id(point)}|{viewing.get('id') or policy.get('id') or place}"[:400],
                updated=_newest(point, policy, viewing, self._media),
                name=(point.get("description") or policy.get("description") or self._id(point))[:200],
                starts=applied.starts,
                ends=applied.ends,
                audience=EVERYBODY if given is None else read_audience(given, self._known["Audience"]),
                content=content or "",
                max_height=0 if content is not None else height,
                begins_by=applied.begins_by,
                ends_by=applied.ends_by,
                lasts_s=applied.lasts_s if applied.begins_by is not None else 0.0,
                latest=applied.latest,
                only_past=only_past,
                kept_from=captured[0] if only_past and captured is not None else None,
                kept_until=captured[1] if only_past and captured is not None else None,
                line=point.line,
            )

    def _actions(
        self, viewing: Element, applied: _Applied
    ) -> tuple[str | None, int, tuple[datetime | None, datetime | None] | None]:
        """What is shown instead (empty: nothing; None: the picture itself), up to which height it may be, and when
        what was captured may be seen.
        """
        content, height = None, 0
        captured: tuple[datetime | None, datetime | None] | None = None
        for one in viewing.children:
            if one.namespace != ACTION:
                continue
            text = one.text.strip()
            if one.name == "Content":
                content = self._content(text)
            elif one.name == "MaxResolution":
                height = _height(one)
            elif one.name == "Capture" and (found := capture_window(one, applied.starts, applied.ends)):
                captured = found
            else:
                self._note(one, f"({text[:40]}) is kept and not enforced" if text else "is kept and not enforced")
        if captured is not None and (content is not None or height):
            self._note(viewing, "has a Capture beside what it blacks out: its past stays dark for good")
        return content, height, captured

    def _content(self, text: str) -> str | None:
        if text == BLACKOUT or not text:
            return ""
        own = {one.casefold() for one in (*_names(self._media), self._media.get("id"))}
        return None if text.casefold() in own else text

    def _note(self, element: Element, sentence: str) -> None:
        note = f"Line {element.line}: {element.name} {sentence}."
        if note not in self._notes:
            self._notes.append(note)


def _names(media: Element) -> tuple[str, ...]:
    """By which a channel may be known here: alternative ids, source, description, the last parts of the id."""
    given = [one.text.strip() for one in media.all("AltID")]
    given += [media.get("source"), media.get("description"), media.get("id").rpartition("/")[2], media.get("id")]
    return tuple(dict.fromkeys(one for one in given if one))


def _newest(*elements: Element) -> str:
    """The latest lastUpdated; empty when none has any."""
    found = [at for one in elements if (at := moment(one, "lastUpdated")) is not None]
    return max(found).isoformat() if found else ""


def _order(point: Element) -> int:
    text = point.get("order")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _same(one: Element, other: Element) -> bool:
    return one is other or (bool(one.get("id")) and one.get("id") == other.get("id"))


def _height(one: Element) -> int:
    text = one.text.strip().upper().removesuffix("P").rpartition("X")[2]
    found = _HEIGHTS.get(
        one.text.strip().upper(), int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
    )
    if not found:
        raise wrong(one.line, "MaxResolution", f"is '{one.text.strip()[:40]}', which is no height")
    return found
