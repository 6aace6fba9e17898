"""What the guide needs now and then: streams listened to, weeks planned, channels matched, large steps published.

Done in a thread of its own: publishing thousands of channels anew takes minutes, and alarms do not wait for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.panel.grids.planning import REFRESH_S, plan_all
from rightcast.panel.jobs.tasks import take_broadcasts
from rightcast.panel.matching.searching import PUBLISH_S, SEARCH_S, Searcher, publish_waiting

if TYPE_CHECKING:
    from collections.abc import Callable

BROADCASTS_S = 2.0


def guide_jobs() -> list[tuple[float, Callable[[], object]]]:
    """Each job and how often, in seconds."""
    return [
        (BROADCASTS_S, take_broadcasts),
        (PUBLISH_S, publish_waiting),
        (REFRESH_S, plan_all),
        (SEARCH_S, Searcher().look),
    ]
