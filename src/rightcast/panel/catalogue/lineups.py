"""Writing categories, lineups and packages. Each is one audited transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from rightcast.contract.catalogue import Kind
from rightcast.domain.errors import ConflictError, InvalidInputError, NotFoundError
from rightcast.panel.catalogue.channels import category_named, check_number
from rightcast.panel.catalogue.models import Category, Channel, Lineup, LineupEntry, Package
from rightcast.panel.operation import operating
from rightcast.panel.rights.subscribing import within_subscribers

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rightcast.panel.audit.operations import Actor

EntryInput = tuple[int, int | None, str | None]
MAX_NAME = 80
Named = TypeVar("Named", Category, Lineup, Package)


def create_category(actor: Actor, *, name: str, position: int = 0) -> Category:
    """Add a category. Raises InvalidInputError."""
    with operating(actor, "catalogue.add_category") as deed:
        category = Category.objects.create(name=_free_name(Category, name), position=position)
        deed.record("category.create", category.id, f"added category {category.name}")
    return category


def update_category(actor: Actor, category_id: int, *, name: str, position: int) -> Category:
    """Rename or move a category. Raises InvalidInputError, NotFoundError."""
    with operating(actor, "catalogue.change_category") as deed:
        category = _found(Category, category_id)
        category.name = _free_name(Category, name, category_id)
        category.position = position
        category.save()
        deed.record("category.update", category_id, f"changed category {category.name}")
        lineups = LineupEntry.objects.filter(category=category).order_by().values_list("lineup_id", flat=True)
        deed.changed_all(Kind.LINEUP, lineups.distinct())
    return category


def remove_category(actor: Actor, category_id: int) -> None:
    """Remove an empty category. Raises ConflictError while channels or lineups use it."""
    with operating(actor, "catalogue.delete_category") as deed:
        category = _found(Category, category_id)
        used = category.channels.count() + category.entries.count()
        if used:
            raise ConflictError(
                f"Category {category.name} still holds {used} channels or places in lineups.",
                remedy="Move them to another category first.",
            )
        category.delete()
        deed.record("category.remove", category_id, f"removed category {category.name}")


def create_lineup(actor: Actor, *, name: str, entries: Iterable[EntryInput] = ()) -> Lineup:
    """Add a lineup of (channel id, number or None, category or None). Raises InvalidInputError."""
    with operating(actor, "catalogue.add_lineup") as deed:
        lineup = Lineup.objects.create(name=_free_name(Lineup, name))
        count = _write_entries(lineup, entries)
        deed.record("lineup.create", lineup.id, f"added lineup {lineup.name} of {count} channels")
        deed.changed(Kind.LINEUP, lineup.id)
    return lineup


def update_lineup(actor: Actor, lineup_id: int, *, name: str, entries: Iterable[EntryInput] | None = None) -> Lineup:
    """Rename a lineup and, when given, replace its entries. Raises InvalidInputError, NotFoundError."""
    with operating(actor, "catalogue.change_lineup") as deed:
        lineup = _found(Lineup, lineup_id)
        lineup.name = _free_name(Lineup, name, lineup_id)
        lineup.save()
        with within_subscribers(deed):
            count = lineup.entries.count() if entries is None else _write_entries(lineup, entries)
        deed.record("lineup.update", lineup_id, f"changed lineup {lineup.name}, {count} channels")
        deed.changed(Kind.LINEUP, lineup_id)
    return lineup


def set_lineup_entries(actor: Actor, lineup_id: int, entries: Iterable[EntryInput]) -> Lineup:
    """Replace what a lineup holds. Raises InvalidInputError, NotFoundError."""
    return update_lineup(actor, lineup_id, name=_found(Lineup, lineup_id).name, entries=entries)


def remove_lineup(actor: Actor, lineup_id: int) -> None:
    """Remove a lineup from the station and from every package. Raises NotFoundError."""
    with operating(actor, "catalogue.delete_lineup") as deed:
        lineup = _found(Lineup, lineup_id)
        deed.changed_all(Kind.PACKAGE, lineup.packages.values_list("id", flat=True))
        deed.changed(Kind.LINEUP, lineup_id)
        with within_subscribers(deed):
            lineup.delete()
        deed.record("lineup.remove", lineup_id, f"removed lineup {lineup.name}")


def create_package(
    actor: Actor, *, name: str, lineup_ids: Sequence[int] = (), channel_ids: Sequence[int] = ()
) -> Package:
    """Add a package of lineups; `channel_ids` makes a lineup of the same name first.

    Raises InvalidInputError, NotFoundError.
    """
    with operating(actor, "catalogue.add_package") as deed:
        wanted = [_found(Lineup, lineup_id).id for lineup_id in lineup_ids]
        checked = _free_name(Package, name)
        if channel_ids:
            entries: list[EntryInput] = [(channel_id, None, None) for channel_id in channel_ids]
            wanted.append(create_lineup(actor, name=checked, entries=entries).id)
        _need_lineups(wanted)
        package = Package.objects.create(name=checked)
        package.lineups.set(wanted)
        deed.record("package.create", package.id, f"added package {package.name}", lineups=wanted)
        deed.changed(Kind.PACKAGE, package.id)
    return package


def update_package(actor: Actor, package_id: int, *, name: str, lineup_ids: Sequence[int]) -> Package:
    """Rename a package and set its lineups. Raises InvalidInputError, NotFoundError."""
    with operating(actor, "catalogue.change_package") as deed:
        package = _found(Package, package_id)
        package.name = _free_name(Package, name, package_id)
        _need_lineups(lineup_ids)
        package.save()
        with within_subscribers(deed):
            package.lineups.set([_found(Lineup, lineup_id).id for lineup_id in lineup_ids])
        deed.record("package.update", package_id, f"changed package {package.name}", lineups=list(lineup_ids))
        deed.changed(Kind.PACKAGE, package_id)
    return package


def remove_package(actor: Actor, package_id: int) -> None:
    """Remove a package from the station and from every line. Raises NotFoundError."""
    with operating(actor, "catalogue.delete_package") as deed:
        package = _found(Package, package_id)
        deed.changed_all(Kind.LINE, package.lines.values_list("id", flat=True))
        deed.changed(Kind.PACKAGE, package_id)
        with within_subscribers(deed):
            package.delete()
        deed.record("package.remove", package_id, f"removed package {package.name}")


def _need_lineups(lineup_ids: Sequence[int]) -> None:
    if not lineup_ids:
        raise InvalidInputError("A package needs a lineup.", remedy="Choose at least one.", field="lineups")


def _write_entries(lineup: Lineup, entries: Iterable[EntryInput]) -> int:
    rows = list(entries)
    known = _channels_by_id([channel_id for channel_id, _, _ in rows])
    named: dict[str, int] = {}
    taken: dict[int, Channel] = {}
    fresh: list[LineupEntry] = []
    seen: set[int] = set()
    for channel_id, number, category in rows:
        channel = known.get(channel_id)
        if channel is None:
            raise NotFoundError(f"There is no channel of id {channel_id}.", remedy="It may have been removed.")
        if channel_id in seen:
            raise InvalidInputError(f"{channel} is in the lineup twice.", remedy="Remove one.", field="channel")
        wanted = check_number(channel.number if number is None else number)
        if wanted in taken:
            raise InvalidInputError(
                f"Number {wanted} is given to both {taken[wanted].name} and {channel.name}.",
                remedy="Give each channel of a lineup its own number.",
                field="number",
            )
        if category and category not in named:
            named[category] = category_named(category).id
        seen.add(channel_id)
        taken[wanted] = channel
        category_id = named[category] if category else channel.category_id
        fresh.append(LineupEntry(lineup=lineup, channel_id=channel_id, number=wanted, category_id=category_id))
    lineup.entries.all().delete()
    LineupEntry.objects.bulk_create(fresh, batch_size=1000)
    return len(fresh)


def _channels_by_id(ids: Sequence[int]) -> dict[int, Channel]:
    found: dict[int, Channel] = {}
    for start in range(0, len(ids), 5000):
        found.update(Channel.objects.in_bulk(ids[start : start + 5000]))
    return found


def _found(model: type[Named], record_id: int) -> Named:
    row = model.objects.filter(id=record_id).first()
    if row is None:
        raise NotFoundError(
            f"There is no {model.__name__.lower()} of id {record_id}.", remedy="It may be gone already."
        )
    return row


def _free_name(model: type[Named], name: str, own_id: int | None = None) -> str:
    wanted = " ".join(name.split())
    what = model.__name__.lower()
    if not wanted or len(wanted) > MAX_NAME or not wanted.isprintable():
        raise InvalidInputError(f"A {what} has a name of 1 to {MAX_NAME} letters.", remedy="Write one.", field="name")
    if model.objects.filter(name__iexact=wanted).exclude(id=own_id or 0).exists():
        raise InvalidInputError(f"There is a {what} '{wanted}' already.", remedy="Choose another name.", field="name")
    return wanted
