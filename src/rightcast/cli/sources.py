"""`rightcast source`: looking at a signal before it becomes a channel."""

from __future__ import annotations

import click


@click.group("source")
def source_group() -> None:
    """Look at signals."""
