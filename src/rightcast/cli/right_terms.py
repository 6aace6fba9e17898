"""Options of `rightcast right add` for what a right demands, and for what it asks of the station."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, TypedDict

import click

from rightcast.domain.errors import InvalidInputError
from rightcast.domain.rights import Bounds, DeviceClass, Distribution, Floor
from rightcast.domain.terms import Reporting, Terms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Given(TypedDict):
    """What the options below were given."""

    presence: tuple[str, ...]
    portable: bool
    distribution: tuple[str, ...]
    devices: tuple[str, ...]
    max_height: int
    floor: str
    per_line: int
    total: int
    subscribers: int
    licensee: str
    signed: str | None
    notice_days: int
    reporting: str
    contact: str
    eidr: str
    audit_right: bool
    sublicense: bool
    ad_skip: bool
    ad_replace: bool


def _names(values: Iterable[str]) -> click.Choice[str]:
    return click.Choice([value.replace("_", "-") for value in values], case_sensitive=False)


_NUMBER = click.IntRange(0, 100_000_000)
_OPTIONS = (
    click.option("--presence", multiple=True, metavar="CODE", help="Where viewers must be; may be repeated."),
    click.option("--portable/--not-portable", default=True, help="Residents travelling in the EU watch as at home."),
    click.option("--distribution", multiple=True, type=_names(Distribution), help="Only these ways to reach viewers."),
    click.option(
        "--device",
        "devices",
        multiple=True,
        type=_names(one for one in DeviceClass if one is not DeviceClass.UNKNOWN),
        help="Only these devices.",
    ),
    click.option("--max-height", type=click.IntRange(0, 8640), default=0, metavar="LINES", help="Of the picture."),
    click.option("--protection", "floor", type=_names(Floor), default="none", help="The least that must protect it."),
    click.option("--per-line", type=_NUMBER, default=0, metavar="N", help="Concurrent sessions of one line."),
    click.option("--total", type=_NUMBER, default=0, metavar="N", help="Concurrent sessions of the station."),
    click.option("--subscribers", type=_NUMBER, default=0, metavar="N", help="Lines that may have it."),
    click.option("--licensee", default="", metavar="NAME", help="Who holds it, when not this station."),
    click.option("--signed", metavar="DATE", help="When it was signed, as 2026-12-31."),
    click.option(
        "--notice-days", type=click.IntRange(0, 3650), default=0, metavar="DAYS", help="Of whoever wants out."
    ),
    click.option("--reporting", type=_names(Reporting), default="none", help="How often the licensor is told."),
    click.option("--contact", default="", metavar="TEXT", help="Whom to call when something must go dark."),
    click.option("--eidr", default="", metavar="NUMBER", help="The EIDR number of the content."),
    click.option("--audit-right", is_flag=True, help="The licensor may look into the books."),
    click.option("--sublicense", is_flag=True, help="It may be passed on to others."),
    click.option("--ad-skip", is_flag=True, help="Advertising may be skipped."),
    click.option("--ad-replace", is_flag=True, help="Advertising may be replaced."),
)


def demand_options(function: Callable[..., None]) -> Callable[..., None]:
    """All of them, on one command."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def bounds_of(given: Given) -> Bounds:
    """The bounds that were asked for."""
    return Bounds(
        presence=tuple(code.strip().upper() for one in given["presence"] for code in one.split(",") if code.strip()),
        portable=given["portable"],
        distribution=tuple(Distribution(_spelt(one)) for one in given["distribution"]),
        device_classes=tuple(DeviceClass(_spelt(one)) for one in given["devices"]),
        max_height=given["max_height"],
        floor=Floor(given["floor"]),
        per_line=given["per_line"],
        total=given["total"],
        subscribers=given["subscribers"],
    )


def terms_of(given: Given) -> Terms:
    """The terms that were given. Raises InvalidInputError."""
    return Terms(
        licensee=given["licensee"].strip(),
        signed=_day(given["signed"]),
        notice_days=given["notice_days"],
        reporting=Reporting(given["reporting"]),
        audit_right=given["audit_right"],
        sublicense=given["sublicense"],
        ad_skip=given["ad_skip"],
        ad_replace=given["ad_replace"],
        contact=given["contact"].strip(),
        eidr=given["eidr"],
    )


def _day(text: str | None) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInputError(f"'{text}' is no day.", remedy="Write it as 2026-12-31.", field="signed") from error


def _spelt(name: str) -> str:
    return name.replace("-", "_")
