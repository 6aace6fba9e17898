"""The part of `prepare` that needs Django's models: migrate, groups, operator, station row, feed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from rightcast.panel.audit.guards import put_up
from rightcast.panel.audit.operations import Actor
from rightcast.panel.first_operator import OPERATOR, Prepared, keep_operator, operator_of
from rightcast.panel.publish.publisher import drain, republish_all, station_feed
from rightcast.panel.staff.groups import OWNER, ensure_groups
from rightcast.panel.station.models import StationRow
from rightcast.panel.station.operations import update_station

if TYPE_CHECKING:
    from rightcast.contract.station import StationSettings


def prepare_tables(settings: StationSettings) -> Prepared:
    """Migrate, then make what is missing; publish everything into a new feed."""
    _migrate()
    put_up()
    operator = _ensure_operator(settings)
    if not StationRow.objects.exists():
        update_station(Actor.system(), name="Rightcast", territory="IT")
    feed = station_feed()
    if feed.latest() == 0:
        republish_all(feed)
    drain(feed)
    return operator


def _migrate() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)
        ensure_groups()


def _ensure_operator(settings: StationSettings) -> Prepared:
    if User.objects.filter(is_superuser=True).exists():
        return operator_of(settings)
    made = keep_operator(settings)
    with transaction.atomic():
        user = User.objects.create_superuser(OPERATOR, password=made.password)
        user.groups.add(Group.objects.get(name=OWNER))
    return made
