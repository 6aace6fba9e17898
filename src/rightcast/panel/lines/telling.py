"""An explanation as JSON: the same from `rightcast --json explain` and from the console's API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.domain.entitlement import Allowed

if TYPE_CHECKING:
    from rightcast.panel.lines.queries import Explanation


def told(line: str, channel: str, found: Explanation, *, title: str = "") -> dict[str, object]:
    """The verdict, every link of the chain, and what was refused lately; names as they were asked where unknown."""
    verdict = found.verdict
    allowed = isinstance(verdict, Allowed)
    return {
        "line": found.line.name if found.line else line,
        "channel": {"id": found.channel.pk, "name": found.channel.name} if found.channel else channel or None,
        "title": {"id": found.title.pk, "name": found.title.name} if found.title else title or None,
        "past": found.past,
        "at": found.at,
        "viewer": found.viewer,
        "allowed": allowed,
        "reason": None if isinstance(verdict, Allowed) else verdict.reason,
        "sentence": found.sentence,
        "right_id": verdict.right_id if isinstance(verdict, Allowed) else None,
        "until": verdict.until if isinstance(verdict, Allowed) else None,
        "checks": [
            {"rule": check.rule, "holds": check.holds, "detail": check.detail, "reason": check.reason}
            for check in found.checks
        ],
        "recordings": list(found.recordings),
        "left_aside": found.left_aside,
        "recent_refusals": list(found.refusals),
    }
