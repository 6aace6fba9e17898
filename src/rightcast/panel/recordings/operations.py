"""Ordering, changing and removing recordings of a line. Each is one audited transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.domain.errors import ConflictError, NotFoundError
from rightcast.domain.guide import Show
from rightcast.domain.recording_plans import Wanted, check_padding, check_priority, check_span, episode_of
from rightcast.domain.recordings import SENTENCES, Cause, Status
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.lines.models import Line
from rightcast.panel.operation import operating
from rightcast.panel.recordings.models import Recording
from rightcast.panel.recordings.queries import find_recording, policy, subscribes
from rightcast.panel.recordings.room import Grants, settle_line, store, take_away

if TYPE_CHECKING:
    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.operation import Deed
    from rightcast.panel.recordings.models import RecordingRule

CHANGE = "recordings.change_recording"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What somebody wants recorded: a show, or a stretch of time. Padding None: as the station has it."""

    channel_id: int
    start: int
    stop: int
    title: str = ""
    show: Show | None = None
    before_s: int | None = None
    after_s: int | None = None
    priority: int = 50


def order(actor: Actor, line_id: int, wanted: Order) -> Recording:
    """Order a recording; without room it is stored as refused, and made when there is room in time.

    Ordered twice it is there once. Raises ConflictError where no right lets it be recorded, and InvalidInputError.
    """
    with operating(actor, "recordings.add_recording") as deed:
        line, channel = _line(line_id), _channel(wanted.channel_id)
        check_span(wanted.start, wanted.stop)
        check_priority(wanted.priority)
        known = _known(line_id, wanted)
        if known is not None:
            return known
        reach_s = _reach_back(line, wanted, deed)
        row = _row(deed, line, channel, wanted, reach_s)
        row.save()
        deed.record_of(
            ("line", line.pk),
            "recording.order",
            row.pk,
            f"ordered {row.title} for line {line.name}",
            channel=channel.name,
        )
        settle_line(deed, line_id)
    row.refresh_from_db()
    return row


def order_for_rule(deed: Deed, rule: RecordingRule, wanted: Wanted, grants: Grants) -> Recording | None:
    """Add what a rule wants, within the operation that plans; None where no right grants it."""
    moment = max(wanted.start, deed.now.timestamp())
    if not subscribes(rule.line, wanted.channel_id, moment):
        return None
    if grants.of(wanted.channel_id, rule.line.territory, moment) is None:
        return None
    asked = Order(
        channel_id=wanted.channel_id,
        start=wanted.start,
        stop=wanted.stop,
        title=wanted.title,
        show=wanted.show,
        before_s=rule.before_s,
        after_s=rule.after_s,
        priority=rule.priority,
    )
    row = _row(deed, rule.line, _channel(wanted.channel_id), asked, 0)
    row.rule, row.episode_key = rule, wanted.episode
    row.save()
    deed.record_of(
        ("line", rule.line_id),
        "recording.order",
        row.pk,
        f"rule {rule} ordered {row.title} for line {rule.line.name}",
        rule=rule.pk,
    )
    return row


def remove(actor: Actor, recording_id: int, cause: Cause = Cause.BY_OPERATOR) -> Recording:
    """Cancel what has not begun, end what is under way, delete what is kept. Raises NotFoundError."""
    with operating(actor, "recordings.delete_recording") as deed:
        row = find_recording(recording_id)
        if row.status != Status.REMOVED:
            take_away(deed, row, cause)
            settle_line(deed, row.line_id)
    return row


def lock(actor: Actor, recording_id: int, *, locked: bool) -> Recording:
    """Keep a recording when room is made, or no longer. Raises NotFoundError."""
    with operating(actor, CHANGE) as deed:
        row = find_recording(recording_id)
        row.locked = locked
        store(deed, row)
        deed.record_of(
            ("line", row.line_id),
            "recording.lock" if locked else "recording.unlock",
            row.pk,
            f"{row.title}: locked {locked}",
        )
    return row


def prioritise(actor: Actor, recording_id: int, priority: int) -> Recording:
    """Move a recording before or behind others of its line. Raises NotFoundError, InvalidInputError."""
    check_priority(priority)
    with operating(actor, CHANGE) as deed:
        row = find_recording(recording_id)
        row.priority = priority
        store(deed, row)
        deed.record_of(("line", row.line_id), "recording.prioritise", row.pk, f"{row.title}: priority {priority}")
        settle_line(deed, row.line_id)
    row.refresh_from_db()
    return row


def _known(line_id: int, wanted: Order) -> Recording | None:
    same = Recording.objects.filter(line=line_id, channel=wanted.channel_id)
    open_or_kept = same.exclude(status__in=[Status.REMOVED.value, Status.FAILED.value])
    if wanted.show is not None:
        return open_or_kept.filter(show_id=wanted.show.id).first()
    return open_or_kept.filter(start=wanted.start, stop=wanted.stop, show_id=0).first()


def _reach_back(line: Line, wanted: Order, deed: Deed) -> int:
    """How much of what has passed may be recorded; raises ConflictError where nothing may."""
    now = deed.now.timestamp()
    if not subscribes(line, wanted.channel_id, max(wanted.start, now)):
        raise ConflictError(SENTENCES[Cause.NOT_SUBSCRIBED], remedy="Give the line a package that holds the channel.")
    grant = Grants().of(wanted.channel_id, line.territory, max(wanted.start, now))
    if grant is None:
        raise ConflictError(SENTENCES[Cause.NOT_GRANTED], remedy="Record a right that grants recordings.")
    if wanted.stop <= now - grant.catchup_s:
        raise ConflictError("It is over, and the right does not let it be taken from the archive.")
    return grant.catchup_s


def _row(deed: Deed, line: Line, channel: Channel, wanted: Order, reach_s: int) -> Recording:
    defaults, show = policy(), wanted.show
    before_s = defaults.before_s if wanted.before_s is None else wanted.before_s
    after_s = defaults.after_s if wanted.after_s is None else wanted.after_s
    check_padding(before_s, after_s)
    title = (wanted.title or (show.title if show else "") or channel.name)[:300]
    row = Recording(
        line=line,
        channel=channel,
        start=wanted.start,
        stop=wanted.stop,
        before_s=before_s,
        after_s=after_s,
        priority=wanted.priority,
        status=Status.REFUSED.value,
        ordered=deed.now,
        changed=deed.now,
        reach_back_s=reach_s,
        episode_key=f"t{wanted.channel_id}.{wanted.start}",
        title=title,
    )
    if show is not None:
        describe(row, show)
    return row


def describe(row: Recording, show: Show) -> None:
    """Take over what the guide tells of a show."""
    row.show_id, row.episode_key = show.id, episode_of(show, row.channel_id)
    row.start, row.stop, row.title = show.start, show.stop, show.title[:300] or row.title
    row.subtitle, row.description = show.subtitle[:300], show.description
    row.season, row.episode, row.genre = show.season, show.episode, show.genre
    row.icon_url = show.icon_url[:2000]
    row.age = int(show.rating[1]) if show.rating and show.rating[1].isdecimal() else 0


def _line(line_id: int) -> Line:
    line = Line.objects.filter(id=line_id).first()
    if line is None:
        raise NotFoundError(f"There is no line of id {line_id}.", remedy="It may have been removed meanwhile.")
    return line


def _channel(channel_id: int) -> Channel:
    channel = Channel.objects.filter(id=channel_id).first()
    if channel is None:
        raise NotFoundError(f"There is no channel of id {channel_id}.", remedy="It may have been removed meanwhile.")
    return channel
