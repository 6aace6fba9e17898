"""From an element of XMLTV to a channel or a show: what each child of `channel` and `programme` means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.formats.xmltv_draft import Draft, words_of
from rightcast.formats.xmltv_parts import PARTS
from rightcast.formats.xmltv_times import Moment, read_moment

if TYPE_CHECKING:
    from datetime import tzinfo
    from xml.etree.ElementTree import Element

    from rightcast.domain.guide import Show
    from rightcast.formats.xmltv_oddities import Findings

_LONGEST_ID = 200
_KNOWN = frozenset((
    "start", "stop", "channel", "clumpidx", "pdc-start", "vps-start", "showview", "videoplus", "catchup-id",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReadChannel:
    """A channel of a guide: its id there, its names in the order of the file, a picture."""

    guide_id: str
    names: tuple[str, ...]
    icon_url: str = ""
    url: str = ""


def channel_of(element: Element, line: int, findings: Findings) -> ReadChannel | None:
    """A channel; None without an id."""
    guide_id = " ".join(element.get("id", "").split())
    if not guide_id or len(guide_id) > _LONGEST_ID:
        findings.note("no-channel", line, "channel")
        return None
    names, icon, url = [], "", ""
    for child in element:
        if child.tag == "display-name":
            names.append(words_of(child)[:_LONGEST_ID])
        elif child.tag == "icon":
            icon = icon or child.get("src", "").strip()[:2000]
        elif child.tag == "url":
            url = url or words_of(child)[:2000]
        else:
            findings.note("unknown-element", line, f"channel/{child.tag}")
    return ReadChannel(guide_id, tuple(dict.fromkeys(filter(None, names)))[:20], icon, url)


class Clock:
    """The clock of a source: times that name no zone are of `zone`, and of UTC where that is None.

    In the hour that comes twice, a show that would begin before the one before it belongs to the second of the two:
    then it has `doubted`. `begun` is when the last show of each channel began.
    """

    __slots__ = ("begun", "doubted", "zone")

    def __init__(self, zone: tzinfo | None = None) -> None:
        self.zone = zone
        self.begun: dict[str, int] = {}
        self.doubted = False

    def start_of(self, channel: str, moment: Moment) -> int:
        """When a show of a channel begins."""
        at = moment.at
        if moment.other != at:
            self.doubted = True
            if at <= self.begun.get(channel, 0) < moment.other + 3600:
                at = moment.other
        self.begun[channel] = at
        return at


def show_of(element: Element, line: int, clock: Clock, findings: Findings) -> Show | None:
    """A show; None when nobody can say when or where it is. What was odd is noted."""
    attrs = element.attrib
    channel = attrs.get("channel", "").strip()
    if not channel or len(channel) > _LONGEST_ID:
        findings.note("no-channel", line, "programme")
        return None
    zone = clock.zone
    start = read_moment(attrs.get("start", ""), zone)
    if start is None:
        findings.note("bad-start", line, attrs.get("start", ""))
        return None
    if start.oddity:
        findings.note(start.oddity, line, attrs["start"])
    draft = Draft(line, findings)
    for name in attrs:
        if name not in _KNOWN:
            findings.note("unknown-attribute", line, name)
    for child in element:
        part = PARTS.get(child.tag)
        if part is None:
            findings.note("unknown-element", line, f"programme/{child.tag}")
        else:
            part(draft, child)
    _times(draft, attrs, zone)
    at = clock.start_of(channel, start)
    return draft.show(channel, at, _stop(attrs, at, zone, draft))


def _stop(attrs: dict[str, str], start: int, zone: tzinfo | None, draft: Draft) -> int:
    """The end, 0 where none is told or it cannot be so."""
    written = attrs.get("stop", "")
    if not written:
        draft.findings.note("no-stop", draft.line)
        return 0
    stop = read_moment(written, zone)
    if stop is None:
        draft.findings.note("bad-stop", draft.line, written)
        return 0
    if stop.oddity and stop.oddity != "no-zone":
        draft.findings.note(stop.oddity, draft.line, written)
    end = stop.other if stop.at <= start < stop.other else stop.at
    if end < start:
        draft.findings.note("early-stop", draft.line, written)
        return 0
    return end


def _times(draft: Draft, attrs: dict[str, str], zone: tzinfo | None) -> None:
    """What the attributes of few shows say."""
    if len(attrs) <= 3:
        return
    for name in ("pdc-start", "vps-start"):
        if name in attrs:
            moment = read_moment(attrs[name], zone)
            if moment is None:
                draft.findings.note("bad-value", draft.line, f"{name}={attrs[name]}")
            else:
                draft.details[name.replace("-", "_")] = moment.at
    for name in ("showview", "videoplus"):
        if value := attrs.get(name, "").strip():
            draft.details[name] = value[:40]
    clump = attrs.get("clumpidx", "").strip()
    if clump and clump != "0/1":
        draft.details["clump"] = clump[:20]
