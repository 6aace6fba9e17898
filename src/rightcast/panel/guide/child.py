"""The process that refreshes one source and ends: `python -m rightcast.panel.guide.child SOURCE_ID`.

Started by the jobs. It may take its time and its memory, or die: nothing but the refresh goes with it.
"""

from __future__ import annotations

import ctypes
import gc
import logging
import os
import signal
import sys
from typing import TYPE_CHECKING

from rightcast.contract.station import HANDOVER_VARIABLE, StationSettings
from rightcast.domain.errors import RightcastError
from rightcast.panel.prepare import set_up_django

if TYPE_CHECKING:
    from collections.abc import Sequence

NICE = 10
"""Pictures come first."""
_PR_SET_PDEATHSIG = 1


def main(arguments: Sequence[str]) -> int:
    """Refresh the source of this id; what went wrong stands on its row."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    os.nice(NICE)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    set_up_django(StationSettings.from_handover(os.environ[HANDOVER_VARIABLE]))
    from rightcast.panel.audit.operations import Actor  # noqa: PLC0415 - models load after Django's set-up
    from rightcast.panel.guide.refreshing import refresh  # noqa: PLC0415 - likewise

    gc.freeze()  # what Django has loaded stays; there is no need to look through it again and again
    gc.set_threshold(100_000, 50, 100)  # shows hold no rings, and a hundred thousand of them pass
    try:
        refresh(Actor.system(), int(arguments[0]))
    except RightcastError as error:
        logging.getLogger(__name__).warning("guide source %s: %s", arguments[0], error.sentence)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
