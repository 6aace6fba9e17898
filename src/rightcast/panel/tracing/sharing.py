"""What is done about a line that seems to be shared: its customer is asked, it gets one screen, or nothing. Never more.

Each is an operator's word with a reason, in the trail, and can be taken back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.domain.errors import ConflictError, NotFoundError
from rightcast.domain.lineup import LineStatus
from rightcast.panel.lines import operations as lines
from rightcast.panel.operation import operating
from rightcast.panel.tracing.models import Suspect

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from rightcast.panel.audit.operations import Actor

State = Suspect.State
_CHANGE = "tracing.change_suspect"
_LONGEST_WHY = 2000


def ask_customer(actor: Actor, line_id: int, why: str = "") -> Suspect:
    """Refuse the line until its customer confirms at /activate/confirm that only the household watches.

    Raises NotFoundError, and ConflictError for a line that is refused already.
    """

    def ask(row: Suspect) -> None:
        lines.ask_to_confirm(actor, row.line_id)

    return _decide(actor, line_id, State.ASKED, why, ask, "asked the customer of line {} to confirm")


def cap(actor: Actor, line_id: int, why: str = "") -> Suspect:
    """Let one screen of the line watch at a time; how many it had is kept. Raises NotFoundError."""

    def narrow(row: Suspect) -> None:
        row.screens_before = row.screens_before or row.line.max_sessions
        lines.set_screens(actor, row.line_id, 1)

    return _decide(actor, line_id, State.CAPPED, why, narrow, "left line {} one screen")


def dismiss(actor: Actor, line_id: int, why: str = "") -> Suspect:
    """Leave the line alone: it comes back when much more speaks against it, or after a month. Raises NotFoundError."""
    return _decide(actor, line_id, State.DISMISSED, why, _nothing, "left line {} alone")


def lift(actor: Actor, line_id: int, why: str = "") -> Suspect:
    """Take back what was done: the line watches again, on as many screens as before. Raises NotFoundError."""

    def undo(row: Suspect) -> None:
        if row.line.status == LineStatus.UNCONFIRMED.value:
            lines.enable_line(actor, row.line_id)
        if row.screens_before:
            lines.set_screens(actor, row.line_id, row.screens_before)
            row.screens_before = 0

    return _decide(actor, line_id, State.DISMISSED, why, undo, "took back what was done to line {}")


def find_suspect(line_id: int) -> Suspect:
    """What is known of a line. Raises NotFoundError."""
    row = Suspect.objects.select_related("line").filter(line_id=line_id).first()
    if row is None:
        raise NotFoundError("Nothing speaks against this line.", remedy="See `rightcast sharing list`.")
    return row


def _decide(  # noqa: PLR0917 - one parameter for each part of a decision
    actor: Actor, line_id: int, state: State, why: str, do: Callable[[Suspect], None], sentence: str
) -> Suspect:
    with operating(actor, _CHANGE) as deed:
        row = find_suspect(line_id)
        if state == row.state and state is not State.DISMISSED:
            raise ConflictError(f"That was done to line {row.line} already.", remedy="Take it back, or wait.")
        do(row)
        _note(row, state, actor, why, deed.now)
        said = sentence.format(row.line)
        verb = f"sharing.{state.value}"
        deed.record_of(("line", line_id), verb, line_id, said, points=row.points, why=row.why, grounds=row.grounds)
    return row


def _note(row: Suspect, state: State, actor: Actor, why: str, now: datetime) -> None:
    row.state, row.by, row.why = state, actor.name, why.strip()[:_LONGEST_WHY]
    row.decided, row.decided_points = now, row.points
    row.save()


def _nothing(_row: Suspect) -> None:
    """Nothing is done to the line."""
