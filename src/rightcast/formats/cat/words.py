"""What a Common Access Token says, as fields to show: empty claims are left out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rightcast.formats.cat.claims import Cat

MARKING = {
    300: "wmver",
    301: "wmvnd",
    302: "wmpatlen",
    303: "wmsegduration",
    304: "wmpattern",
    305: "wmid",
    306: "wmopid",
    307: "wmkeyver",
}
"""Claims of ETSI TS 104 002 table 1. Ours hold none: a network of somebody else routes none of our variants."""


def claims_of(cat: Cat) -> dict[str, object]:
    """What was said, by name."""
    said: dict[str, object] = {
        "issuer": cat.issuer,
        "subject": cat.subject,
        "audience": list(cat.audience),
        "issued": _moment(cat.issued),
        "not_before": _moment(cat.not_before),
        "expires": _moment(cat.expires),
        "cti": cat.cti.hex(),
        "uri": [f"{rule.part.name.lower()} {rule.match.name.lower()} {rule.value}" for rule in cat.uri],
        "methods": list(cat.methods),
        "countries": list(cat.countries),
        "networks": [*map(str, cat.networks), *(f"AS{one}" for one in cat.systems)],
        "strange": [f"{one} ({MARKING[one]})" if one in MARKING else one for one in cat.strange],
    }
    return {key: value for key, value in said.items() if value}


def _moment(seconds: int | None) -> datetime | None:
    """A time of a token; None also for one outside what a calendar knows."""
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None
