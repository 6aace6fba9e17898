"""Opens the panel inside a command: sets Django up on the station's database and prepares a fresh one.

The imports that need Django stand inside functions here and in the commands, for it is set up only now.
"""
# ruff: noqa: PLC0415

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.domain.errors import NotFoundError
from rightcast.serve.lock import on_air

if TYPE_CHECKING:
    from rightcast.cli.desk import Desk
    from rightcast.contract.station import StationSettings
    from rightcast.panel.audit.operations import Actor


def open_to_read(desk: Desk) -> None:
    """Set the panel up for queries. Raises NotFoundError when the folder holds no station."""
    if not desk.settings.database.exists():
        raise NotFoundError(
            f"There is no station in {desk.settings.data}.",
            remedy="Start one with `rightcast serve`, or name its folder with --data.",
            field="data",
        )
    _open(desk.settings)


def open_to_write(desk: Desk) -> Actor:
    """Set the panel up for operations, in a fresh folder too; returns who acts."""
    _open(desk.settings)
    from rightcast.panel.audit.operations import Actor

    return Actor.cli()


def _open(settings: StationSettings) -> None:
    from rightcast.panel.prepare import await_preparing, prepare, set_up_django

    if not settings.database.exists():
        prepare(settings)
        return
    set_up_django(settings)
    await_preparing(settings)
    if not on_air(settings.data) and _is_behind():
        prepare(settings)


def _is_behind() -> bool:
    """Whether the database is older than the program; a station on air has seen to that itself."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
