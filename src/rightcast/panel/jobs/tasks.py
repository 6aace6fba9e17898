"""What the jobs process does, one function for each job."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from functools import lru_cache

from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from rightcast.contract.reports import WatchReport
from rightcast.panel.alarms.history import prune_alarms
from rightcast.panel.alarms.watching import Watch
from rightcast.panel.archive.trail import note_deletions
from rightcast.panel.audit.pruning import prune_rows
from rightcast.panel.blackouts.signals import note_signals as record_signals
from rightcast.panel.guide.broadcasts import Broadcasts
from rightcast.panel.lines.devices import note_seen, settle_confirmations, settle_device_wishes, settle_wishes
from rightcast.panel.lines.queries import edge_reports
from rightcast.panel.notices.forgetting import forget_senders
from rightcast.panel.privacy.queries import retention
from rightcast.panel.privacy.sweeping import Nightly
from rightcast.panel.publish import publisher
from rightcast.panel.rights.operations import notice_turns
from rightcast.panel.takedowns.operations import note_acknowledgements, note_expired
from rightcast.panel.tracing.operations import forget_revocations
from rightcast.panel.tracing.sightings import forget_sightings, note_sightings, weigh_lines
from rightcast.panel.usage.counting import count_usage
from rightcast.panel.usage.taking import take_sessions
from rightcast.state.activations import FileActivations
from rightcast.state.reports import FileReports

_watch = Watch()
_nightly = Nightly()
_broadcasts = lru_cache(maxsize=1)(Broadcasts)
_STARTED = time.time()


def note_signals() -> None:
    """Write down when signals had blackouts in force."""
    record_signals(FileReports(settings.STATION.reports))


def drain() -> None:
    """Publish what another process wrote and did not get to publish."""
    publisher.drain()


def notice() -> None:
    """Write into the trail which rights began or ended."""
    notice_turns()


def note_devices() -> None:
    """Keep when the devices of lines were last seen."""
    note_seen(one for report in edge_reports() for one in report.seen)


def activate() -> None:
    """Sign in the screens whose codes were entered; rename and revoke what viewers asked for of their own devices."""
    store = FileActivations(settings.STATION.activations)
    settle_wishes(store, time.time())
    settle_device_wishes(store, time.time())
    settle_confirmations(store, time.time())


def note_sharing() -> None:
    """Keep where lines are watched from."""
    note_sightings(edge_reports())


def weigh_sharing() -> None:
    """Look which lines seem to be shared."""
    weigh_lines(timezone.now())


def take_broadcasts() -> None:
    """Store what streams say is on."""
    _broadcasts(settings.STATION.reports).look(time.time())


def note_archive() -> None:
    """Write into the trail what was deleted from the archive."""
    note_deletions()


def watch() -> None:
    """Look for what is wrong, and raise and clear alarms."""
    _watch.look()
    report = WatchReport(pid=os.getpid(), at=time.time(), started=_STARTED, open=_watch.open_count)
    FileReports(settings.STATION.reports).put("watch", report)


def note_takedowns() -> None:
    """Keep what edges say of takedowns, and which of them have expired."""
    note_acknowledgements()
    note_expired(timezone.now())


def note_sessions() -> None:
    """Keep what edges wrote of sessions."""
    take_sessions()


def count() -> None:
    """Bring the figures of what was watched up to date."""
    count_usage(timezone.now())


def prune() -> None:
    """Forget expired sign-ins, audit rows and alarms past their time, and each night what is kept of persons."""
    now = timezone.now()
    Session.objects.filter(expire_date__lt=now).delete()
    prune_rows(now - timedelta(days=retention().audit_days))
    prune_alarms(now)
    forget_revocations(now)
    forget_sightings(now)
    forget_senders(now)
    _nightly.look(now)
