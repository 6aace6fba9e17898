"""`rightcast metrics`: the token with which another machine collects the station's figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from rightcast.cli.desk import station_command
from rightcast.serve.addresses import console_url, viewers_url
from rightcast.state.exposition import metrics_token, new_metrics_token

if TYPE_CHECKING:
    from rightcast.cli.desk import Desk


@click.group("metrics")
def metrics_group() -> None:
    """Let Prometheus collect the station's figures."""


@station_command(metrics_group, "token")
@click.option("--new", is_flag=True, help="Make a new one; the old one no longer counts.")
def token_command(desk: Desk, *, new: bool) -> None:
    """Print the token that other machines show at /metrics, and make it the first time."""
    keys = desk.settings.keys
    token = "" if new else metrics_token(keys)
    token = token or new_metrics_token(keys)
    edge, panel = f"{viewers_url(desk.settings)}/metrics", f"{console_url(desk.settings)}metrics"
    value = {"token": token, "edge": edge, "panel": panel}
    desk.answer(value, [token, f"  Edge   {edge}", f"  Panel  {panel}"])
