"""The jobs process: publishes what others left in the outbox, notices rights' turns, watches for alarms, prunes."""

from __future__ import annotations

import logging
import signal
import threading
import time
from typing import TYPE_CHECKING

from django.db import DatabaseError, close_old_connections

from rightcast.panel.prepare import set_up_django
from rightcast.state.keys import station_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from rightcast.contract.station import StationSettings

_log = logging.getLogger(__name__)
DRAIN_S = 0.2
ACTIVATE_S = 0.5
NOTICE_S = 5.0
DEVICES_S = 10.0
ARCHIVE_S = 10.0
SIGHTINGS_S = 60.0
SHARING_S = 300.0
SESSIONS_S = 2.0
TAKEDOWNS_S = 0.5
SIGNALS_S = 2.0
COUNT_S = 300.0
PRUNE_S = 3600.0
CHECK_S = 3600.0
WATCH_S = 1.0
END_S = 2.0
"""How long messages under way are waited for at the end; what was claimed is sent by the next process."""
GUIDE_END_S = 7.0
"""A guide's import is told to end, and waited for."""


def run(settings: StationSettings) -> None:
    """Do the jobs until SIGTERM or SIGINT."""
    station_key(settings.keys)
    set_up_django(settings)
    from rightcast.panel.alarms.courier import Courier  # noqa: PLC0415 - models load after Django's set-up
    from rightcast.panel.audit import checking, witnessing  # noqa: PLC0415 - likewise
    from rightcast.panel.guide.working import GuideWork  # noqa: PLC0415 - likewise
    from rightcast.panel.images.keeping import Keeper  # noqa: PLC0415 - likewise
    from rightcast.panel.jobs import tasks  # noqa: PLC0415 - likewise
    from rightcast.panel.jobs.guides import guide_jobs  # noqa: PLC0415 - likewise
    from rightcast.panel.library.harvesting import Harvester  # noqa: PLC0415 - likewise
    from rightcast.panel.notices import jobs as notice_jobs  # noqa: PLC0415 - likewise
    from rightcast.panel.recordings.jobs import RecordingJobs  # noqa: PLC0415 - likewise

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    courier = threading.Thread(target=Courier().run, args=(stop,), name="courier", daemon=True)
    courier.start()
    harvester = threading.Thread(target=Harvester().run, args=(stop,), name="harvester", daemon=True)
    harvester.start()
    guide = threading.Thread(target=GuideWork().run, args=(stop,), name="guide", daemon=True)
    guide.start()
    keeper = threading.Thread(target=Keeper().run, args=(stop,), name="pictures", daemon=True)
    keeper.start()
    desk = threading.Thread(target=work_until, args=(stop, guide_jobs()), name="guides", daemon=True)
    desk.start()
    proof = threading.Thread(
        target=work_until,
        args=(stop, [(witnessing.LOOK_S, witnessing.look), (CHECK_S, checking.check_due)]),
        name="proof",
        daemon=True,
    )
    proof.start()
    notices = threading.Thread(
        target=work_until, args=(stop, [(notice_jobs.LOOK_S, notice_jobs.look)]), name="notices", daemon=True
    )
    notices.start()
    recordings = threading.Thread(target=work_until, args=(stop, RecordingJobs().due), name="recordings", daemon=True)
    recordings.start()
    each: list[tuple[float, Callable[[], object]]] = [
        (DRAIN_S, tasks.drain),
        (ACTIVATE_S, tasks.activate),
        (WATCH_S, tasks.watch),
        (NOTICE_S, tasks.notice),
        (DEVICES_S, tasks.note_devices),
        (ARCHIVE_S, tasks.note_archive),
        (SIGHTINGS_S, tasks.note_sharing),
        (SHARING_S, tasks.weigh_sharing),
        (SESSIONS_S, tasks.note_sessions),
        (TAKEDOWNS_S, tasks.note_takedowns),
        (SIGNALS_S, tasks.note_signals),
        (COUNT_S, tasks.count),
        (PRUNE_S, tasks.prune),
    ]
    work_until(stop, each)
    courier.join(timeout=END_S)
    recordings.join(timeout=END_S)
    harvester.join(timeout=END_S)
    desk.join(timeout=END_S)
    guide.join(timeout=GUIDE_END_S)


def work_until(stop: threading.Event, jobs: list[tuple[float, Callable[[], object]]]) -> None:
    """Run each job every so many seconds until `stop` is set. A failing job is logged and tried again."""
    due = [0.0 for _ in jobs]
    pause = min(every for every, _ in jobs)
    while not stop.is_set():
        for index, (every, job) in enumerate(jobs):
            if time.monotonic() >= due[index]:
                due[index] = time.monotonic() + every
                _run_one(job)
        stop.wait(pause)


def _run_one(job: Callable[[], object]) -> None:
    try:
        job()
    except DatabaseError:
        _log.exception("job failed on the database; trying again")
        close_old_connections()
    except Exception:  # noqa: BLE001 - the supervisor of jobs: one that fails must not stop the others
        _log.exception("job failed; trying again")
