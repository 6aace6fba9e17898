"""Writes a right as an ODRL 2.2 agreement in JSON-LD, for those who read rights by machine. Never read back.

What ODRL has no word for stands under the prefix `rc`, the station's own profile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.domain.rights import WORLDWIDE, Copies, Floor
from rightcast.domain.terms import Reporting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rightcast.domain.rights import CarriageRight
    from rightcast.domain.terms import Terms

PROFILE = "urn:rightcast:odrl"
Node = dict[str, object]
_EVERY = {Reporting.MONTHLY: "P1M", Reporting.QUARTERLY: "P3M", Reporting.YEARLY: "P1Y"}


def odrl(right: CarriageRight, terms: Terms, *, station: str, channels: Mapping[int, str], credit: str = "") -> Node:
    """The agreement as a JSON-LD document. `channels`: names by id; `credit`: how the author must be named."""
    return {
        "@context": ["http://www.w3.org/ns/odrl.jsonld", {"rc": f"{PROFILE}:", "dc": "http://purl.org/dc/terms/"}],
        "@type": "Agreement",
        "uid": f"urn:rightcast:right:{right.id}",
        "profile": PROFILE,
        "dc:identifier": right.reference,
        "dc:type": right.instrument.value,
        "rc:standing": right.status.value,
        **({"dc:issued": terms.signed.isoformat()} if terms.signed else {}),
        "assigner": {"@type": "Party", "uid": _urn("party", right.licensor), "dc:title": right.licensor},
        "assignee": {
            "@type": "Party",
            "uid": _urn("party", terms.licensee or station),
            "dc:title": terms.licensee or station,
        },
        "target": _targets(right, terms, channels),
        "permission": _permissions(right),
        **({"obligation": duties} if (duties := _duties(terms, credit)) else {}),
    }


def _permissions(right: CarriageRight) -> list[Node]:
    bounds, later = _constraints(right), right.later
    found: list[Node] = [{"action": "stream", "constraint": bounds}]
    if later.start_over:
        found.append({"action": "rc:startOver", "constraint": bounds})
    if later.catchup_h:
        delay = _constraint("delayPeriod", "lteq", f"PT{later.catchup_h}H")
        found.append({"action": "rc:catchUp", "constraint": [*bounds, delay]})
    if later.recordings is not Copies.NONE:
        kept = [_constraint("elapsedTime", "lteq", f"P{later.recording_days}D")] if later.recording_days else []
        copies = _constraint("rc:copies", "eq", later.recordings.value)
        found.append({"action": "reproduce", "constraint": [*bounds, copies, *kept]})
    if later.download:
        found.append({"action": "rc:download", "constraint": bounds})
    return found


def _constraints(right: CarriageRight) -> list[Node]:
    bounds = right.bounds
    found = [_constraint("dateTime", "gteq", right.starts.isoformat())]
    if right.ends is not None:
        found.append(_constraint("dateTime", "lt", right.ends.isoformat()))
    if WORLDWIDE not in right.territories:
        found.append(_constraint("rc:residence", "isAnyOf", right.territories))
    lists: tuple[tuple[str, Sequence[str]], ...] = (
        ("spatial", bounds.presence),
        ("deliveryChannel", [one.value for one in bounds.distribution]),
        ("systemDevice", [one.value for one in bounds.device_classes]),
    )
    found += [_constraint(name, "isAnyOf", values) for name, values in lists if values]
    caps = (
        ("resolution", bounds.max_height),
        ("rc:sessionsPerLine", bounds.per_line),
        ("rc:sessionsInTotal", bounds.total),
        ("rc:subscribers", bounds.subscribers),
    )
    found += [_constraint(name, "lteq", value) for name, value in caps if value]
    if bounds.floor is not Floor.NONE:
        found.append(_constraint("rc:protection", "gteq", bounds.floor.value))
    return found


def _constraint(left: str, operator: str, right: str | int | Sequence[str]) -> Node:
    operand: object = right if isinstance(right, str | int) else list(right)
    if left == "dateTime":
        operand = {"@value": right, "@type": "http://www.w3.org/2001/XMLSchema#dateTime"}
    return {"leftOperand": left, "operator": operator, "rightOperand": operand}


def _targets(right: CarriageRight, terms: Terms, channels: Mapping[int, str]) -> list[Node]:
    named = [
        {"@type": "Asset", "uid": f"urn:rightcast:channel:{number}", "dc:title": channels.get(number, str(number))}
        for number in right.channel_ids
    ]
    kinds = (("title", right.title_ids), ("collection", right.collection_ids))
    rest = [{"@type": "Asset", "uid": f"urn:rightcast:{kind}:{number}"} for kind, ids in kinds for number in ids]
    work = [{"@type": "Asset", "uid": f"https://doi.org/{terms.eidr}"}] if terms.eidr else []
    return [dict(one) for one in (*named, *rest, *work)]


def _duties(terms: Terms, credit: str) -> list[Node]:
    found: list[Node] = []
    if terms.reporting in _EVERY:
        found.append({"action": "inform", "constraint": [_constraint("timeInterval", "eq", _EVERY[terms.reporting])]})
    if credit:
        found.append({"action": "attribute", "rc:credit": credit})
    return found


def _urn(kind: str, name: str) -> str:
    return f"urn:rightcast:{kind}:" + "".join(one if one.isalnum() and one.isascii() else "-" for one in name.lower())
