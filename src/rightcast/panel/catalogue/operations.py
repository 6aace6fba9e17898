"""Writing channels: create, change, remove, publish, hold. Each is one audited transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from rightcast.contract.catalogue import Kind
from rightcast.domain.errors import ConflictError, InvalidInputError, NotFoundError
from rightcast.domain.rights import carriage
from rightcast.domain.sources import redact
from rightcast.panel.catalogue import channels
from rightcast.panel.catalogue.channels import SourceInput
from rightcast.panel.catalogue.features import name_of, redacted, stored_form
from rightcast.panel.catalogue.imports import ImportEntry, ImportOutcome, import_channels
from rightcast.panel.catalogue.lineups import (
    create_category,
    create_lineup,
    create_package,
    remove_category,
    remove_lineup,
    remove_package,
    set_lineup_entries,
    update_category,
    update_lineup,
    update_package,
)
from rightcast.panel.catalogue.models import Channel, LineupEntry
from rightcast.panel.catalogue.outgoing import check_among_others
from rightcast.panel.catalogue.queries import next_number
from rightcast.panel.operation import operating
from rightcast.panel.rights.models import CarriageRight
from rightcast.panel.rights.queries import rights_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from rightcast.domain.features import Feature
    from rightcast.panel.audit.operations import Actor

__all__ = [
    "ChannelChanges",
    "ImportEntry",
    "ImportOutcome",
    "SourceInput",
    "create_category",
    "create_channel",
    "create_lineup",
    "create_package",
    "hold_channel",
    "import_channels",
    "publish_channel",
    "remove_category",
    "remove_channel",
    "remove_lineup",
    "remove_package",
    "reset_feature",
    "set_feature",
    "set_lineup_entries",
    "update_category",
    "update_channel",
    "update_lineup",
    "update_package",
]


class ChannelChanges(TypedDict, total=False):
    """What of a channel may change; what is left out stays."""

    name: str
    number: int
    sources: Sequence[SourceInput]
    kind: str
    category: str
    logo_url: str
    guide_id: str
    start: str
    adult: bool
    wanted: bool


def create_channel(
    actor: Actor,
    *,
    name: str,
    sources: Sequence[SourceInput],
    number: int | None = None,
    kind: str = "tv",
    category: str = "",
    logo_url: str = "",
    guide_id: str = "",
    start: str = "always",
    adult: bool = False,
    wanted: bool = True,
) -> Channel:
    """Add a channel; it waits for a right. Raises InvalidInputError, ConflictError."""
    with operating(actor, "catalogue.add_channel") as deed:
        channel = Channel(
            number=_free_number(number),
            name=channels.check_channel_name(name),
            kind=channels.check_kind(kind),
            category=channels.category_named(category),
            logo_url=channels.check_logo(logo_url),
            guide_id=guide_id.strip()[:200],
            start=channels.check_start(start),
            adult=adult,
            wanted=wanted,
            added=deed.now,
        )
        channel.save()
        channels.write_sources(channel.id, sources)
        shown = [redact(source.url) for source in sources]
        deed.record("channel.create", channel.id, f"added channel {channel}", sources=shown)
        deed.changed(Kind.CHANNEL, channel.id)
    return channel


def update_channel(actor: Actor, channel_id: int, **changes: Unpack[ChannelChanges]) -> Channel:
    """Change what is named. Raises InvalidInputError, ConflictError, NotFoundError."""
    with operating(actor, "catalogue.change_channel") as deed:
        channel = _channel(channel_id)
        if "name" in changes:
            channel.name = channels.check_channel_name(changes["name"])
        if "number" in changes and changes["number"] != channel.number:
            channel.number = _free_number(changes["number"])
        if "kind" in changes:
            channel.kind = channels.check_kind(changes["kind"])
        if "category" in changes:
            channel.category = channels.category_named(changes["category"])
        if "logo_url" in changes:
            channel.logo_url = channels.check_logo(changes["logo_url"])
        if "start" in changes:
            channel.start = channels.check_start(changes["start"])
        channel.guide_id = changes.get("guide_id", channel.guide_id).strip()[:200]
        channel.adult = changes.get("adult", channel.adult)
        channel.wanted = changes.get("wanted", channel.wanted)
        channel.save()
        if "sources" in changes:
            channels.write_sources(channel.id, changes["sources"])
        shown = {key: _shown(value) for key, value in changes.items()}
        deed.record("channel.update", channel.id, f"changed channel {channel}: {', '.join(shown)}", changes=shown)
        deed.changed(Kind.CHANNEL, channel.id)
    return channel


def remove_channel(actor: Actor, channel_id: int) -> None:
    """Remove a channel for ever, its places in lineups and rights with it. Raises NotFoundError."""
    with operating(actor, "catalogue.delete_channel") as deed:
        channel = _channel(channel_id)
        deed.changed(Kind.CHANNEL, channel_id)
        deed.changed_all(Kind.LINEUP, _lineups_with(channel_id))
        deed.changed_all(Kind.RIGHT, _rights_with(channel_id))
        channel.delete()
        deed.record("channel.remove", channel_id, f"removed channel {channel}")


def publish_channel(actor: Actor, channel_id: int) -> Channel:
    """Want the channel on air. Raises ConflictError while no right for it is in force."""
    with operating(actor, "catalogue.change_channel") as deed:
        channel = _channel(channel_id)
        if not carriage(rights_of(channel_id), channel_id, deed.now):
            raise ConflictError(
                f"No carriage right in force covers {channel}.",
                remedy="Record one first, for example with `rightcast right add`; the channel then goes on air.",
            )
        channel.wanted = True
        channel.save(update_fields=["wanted"])
        deed.record("channel.publish", channel_id, f"published channel {channel}")
        deed.changed(Kind.CHANNEL, channel_id)
    return channel


def hold_channel(actor: Actor, channel_id: int) -> Channel:
    """Take the channel off the air until it is published again. Raises NotFoundError."""
    with operating(actor, "catalogue.change_channel") as deed:
        channel = _channel(channel_id)
        channel.wanted = False
        channel.save(update_fields=["wanted"])
        deed.record("channel.hold", channel_id, f"held channel {channel} off the air")
        deed.changed(Kind.CHANNEL, channel_id)
    return channel


def set_feature(actor: Actor, channel_id: int, record: Feature, *, sentence: str = "") -> Channel:
    """Set one feature of a channel as a whole. Raises InvalidInputError, NotFoundError.

    `sentence` is what the audit trail says was done; without one it names the feature.
    """
    with operating(actor, "catalogue.change_channel") as deed:
        channel = _channel(channel_id)
        name = name_of(type(record))
        check_among_others(channel_id, record)
        channel.features = {**channel.features, name: stored_form(name, record)}
        channel.save(update_fields=["features"])
        said = sentence or f"set {name} of channel {channel}"
        deed.record(f"channel.{name}", channel_id, said, **{name: redacted(record)})
        deed.changed(Kind.CHANNEL, channel_id)
    return channel


def reset_feature(actor: Actor, channel_id: int, kind: type[Feature]) -> Channel:
    """Let one feature of a channel have its defaults again. Raises NotFoundError."""
    with operating(actor, "catalogue.change_channel") as deed:
        channel = _channel(channel_id)
        name = name_of(kind)
        channel.features = {key: body for key, body in channel.features.items() if key != name}
        channel.save(update_fields=["features"])
        deed.record(f"channel.{name}", channel_id, f"set {name} of channel {channel} back to its defaults")
        deed.changed(Kind.CHANNEL, channel_id)
    return channel


def _channel(channel_id: int) -> Channel:
    channel = Channel.objects.select_related("category").filter(id=channel_id).first()
    if channel is None:
        raise NotFoundError(f"There is no channel of id {channel_id}.", remedy="It may have been removed meanwhile.")
    return channel


def _free_number(number: int | None) -> int:
    if number is None:
        return next_number()
    holder = Channel.objects.filter(number=channels.check_number(number)).first()
    if holder is not None:
        raise InvalidInputError(
            f"Number {number} belongs to {holder.name}.",
            remedy=f"Choose another, {next_number()} is free.",
            field="number",
        )
    return number


def _lineups_with(channel_id: int) -> list[int]:
    return list(LineupEntry.objects.filter(channel_id=channel_id).values_list("lineup_id", flat=True))


def _rights_with(channel_id: int) -> list[int]:
    return list(CarriageRight.objects.filter(channels=channel_id).values_list("id", flat=True))


def _shown(value: object) -> object:
    if isinstance(value, (list, tuple)):
        return [redact(one.url) if isinstance(one, SourceInput) else one for one in value]
    return value
