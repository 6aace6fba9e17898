"""Queue and courier: claimed once, tried again later, given up at last, bounded, and never a secret in sight."""

from __future__ import annotations

import json
import socket
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from rightcast.domain.alarms import Notice
from rightcast.domain.errors import ConflictError, InvalidInputError
from rightcast.domain.findings import Severity
from rightcast.panel.alarms import courier as courier_module
from rightcast.panel.alarms import operations, outbox
from rightcast.panel.alarms.courier import MOST_ATTEMPTS, Courier
from rightcast.panel.alarms.models import AlarmRow, DeliveryRow, DeliveryState, NotifierRow
from rightcast.panel.alarms.notify.sealing import unseal
from rightcast.panel.alarms.outbox import enqueue
from rightcast.panel.audit.models import AuditRow
from tests.panel.sinks import Taken, http_sink, smtp_sink

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.fixtures import SettingsWrapper

    from rightcast.contract.station import StationSettings
    from rightcast.panel.audit.operations import Actor

pytestmark = pytest.mark.django_db


class Desk:
    """A courier whose clock a test moves."""

    def __init__(self) -> None:
        self.now = timezone.now()
        self.courier = Courier(clock=lambda: self.now, jitter=lambda: 1.0)

    def turn(self, seconds: float = 0) -> int:
        self.now = max(self.now, timezone.now()) + timedelta(seconds=seconds)
        return sum(self.courier.deliver(number) for number in self.courier.due())


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture(autouse=True)
def loopback(station: StationSettings, settings: SettingsWrapper) -> None:
    """Webhooks of this test stand on this machine, as its operator says."""
    import dataclasses

    settings.STATION = dataclasses.replace(station, notify_networks=("127.0.0.0/8",))


@pytest.fixture
def hook() -> Iterator[Taken]:
    with http_sink() as taken:
        yield taken


def alarm(name: str = "One", **fields: object) -> AlarmRow:
    now = timezone.now()
    made = {"severity": Severity.CRITICAL, "told": Severity.CRITICAL, "since": now, "raised": now, **fields}
    return AlarmRow.objects.create(
        subject_kind="channel", subject_id=name, subject_name=name, kind="channel-silent", **made
    )


def webhook(actor: Actor, port: int, **fields: object) -> NotifierRow:
    settings = {"url": f"http://127.0.0.1:{port}/secret-path"}
    return operations.add_notifier(actor, name="hook", kind="webhook", settings=settings, secret="hush", **fields)  # type: ignore[arg-type]


def test_what_turned_is_handed_over_once(desk: Desk, actor: Actor, hook: Taken) -> None:
    row = webhook(actor, hook.port)
    enqueue(alarm(), Notice.RAISED, ("Two",))
    assert desk.turn() == 1
    assert desk.turn(60) == 0
    ((_, headers, body),) = hook.items
    (told,) = json.loads(body)["alarms"]
    assert (told["subject"], told["notice"], told["hides"]) == ("One", "raised", ["Two"])
    assert "X-Rightcast-Signature" in headers
    row.refresh_from_db()
    assert (row.last_ok, row.last_result, row.failing_since) == (True, "200 OK", None)


def test_a_message_claimed_by_another_is_left_to_it(desk: Desk, actor: Actor, hook: Taken) -> None:
    webhook(actor, hook.port)
    enqueue(alarm(), Notice.RAISED, ())
    DeliveryRow.objects.update(claimed_until=desk.now + timedelta(seconds=100))
    assert desk.turn(10) == 0
    assert desk.turn(300) == 1, "a claim left by one that died expires"


def test_what_fails_is_tried_again_ever_later_and_given_up_at_last(desk: Desk, actor: Actor) -> None:
    with http_sink(503) as taken:
        row = webhook(actor, taken.port)
        enqueue(alarm(), Notice.RAISED, ())
        waits = []
        for _ in range(MOST_ATTEMPTS):
            assert desk.turn() == 0
            delivery = DeliveryRow.objects.get()
            waits.append((delivery.due - desk.now).total_seconds())
            desk.now = delivery.due
        assert desk.turn(10_000) == 0
        assert len(taken.items) == MOST_ATTEMPTS
    assert waits[:4] == [5, 10, 20, 40]
    assert max(waits) == 900
    delivery.refresh_from_db()
    assert (delivery.state, "503" in delivery.result) == (DeliveryState.FAILED, True)
    row.refresh_from_db()
    assert row.failing_since is not None


def test_what_can_never_work_is_not_tried_again(desk: Desk, actor: Actor) -> None:
    with http_sink(404) as taken:
        webhook(actor, taken.port)
        enqueue(alarm(), Notice.RAISED, ())
        desk.turn()
        desk.turn(10_000)
        assert len(taken.items) == 1


def test_a_clearing_goes_only_where_the_alarm_was_told(desk: Desk, actor: Actor, hook: Taken) -> None:
    row = alarm()
    webhook(actor, hook.port)
    enqueue(row, Notice.CLEARED, ())
    assert DeliveryRow.objects.count() == 0
    enqueue(row, Notice.RAISED, ())
    enqueue(row, Notice.CLEARED, ())
    assert DeliveryRow.objects.count() == 2


def test_a_notifier_hears_of_its_own_severities_only(actor: Actor, hook: Taken) -> None:
    webhook(actor, hook.port, least=Severity.CRITICAL)
    enqueue(alarm(severity=Severity.WARNING, told=Severity.WARNING), Notice.RAISED, ())
    assert DeliveryRow.objects.count() == 0


def test_the_queue_is_bounded_and_drops_the_oldest(actor: Actor, hook: Taken, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "MOST_WAITING", 3)
    webhook(actor, hook.port)
    for number in range(5):
        enqueue(alarm(str(number)), Notice.RAISED, ())
    waiting = DeliveryRow.objects.filter(state=DeliveryState.WAITING).order_by("id")
    assert [row.message["subject"] for row in waiting] == ["2", "3", "4"]
    assert DeliveryRow.objects.filter(state=DeliveryState.DROPPED).count() == 2


def test_many_at_once_are_one_mail_and_the_next_waits_a_minute(desk: Desk, actor: Actor) -> None:
    with smtp_sink(tls=None, starttls=False) as taken:
        settings = {"to": "a@b.example", "sender": "c@d.example", "security": "none"}
        settings["server"] = f"127.0.0.1:{taken.port}"
        operations.add_notifier(actor, name="mail", kind="email", settings=settings)
        for number in range(12):
            enqueue(alarm(str(number)), Notice.RAISED, ())
        assert desk.turn() == 0, "it waits for more"
        assert desk.turn(11) == 12
        enqueue(alarm("late"), Notice.RAISED, ())
        assert desk.turn(20) == 0, "less than a minute after the last"
        assert desk.turn(60) == 1
    assert "Subject: [Rightcast] 12 alarms" in taken.items[0][3]
    assert len(taken.items) == 2


def test_alertmanager_hears_again_of_what_is_open(desk: Desk, actor: Actor, hook: Taken) -> None:
    operations.add_notifier(actor, name="am", kind="alertmanager", settings={"url": f"http://127.0.0.1:{hook.port}"})
    row = alarm()
    for _ in range(3):
        desk.turn(61)
    AlarmRow.objects.filter(id=row.id).update(cleared=timezone.now())
    assert desk.turn(61) == 0
    assert len(hook.items) == 3
    assert all(json.loads(body)[0]["labels"]["subject"] == "One" for *_, body in hook.items)


def test_a_test_message_tells_what_was_answered(actor: Actor, hook: Taken) -> None:
    row = webhook(actor, hook.port)
    assert operations.send_test(actor, row.id) == (True, "200 OK")
    assert DeliveryRow.objects.get().notice == "test"


def test_a_test_does_not_wait_for_a_server_that_never_answers(actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courier_module, "TRY_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        row = webhook(actor, silent.getsockname()[1])
        ok, result = operations.send_test(actor, row.id)
    assert (ok, result) == (False, "There was no answer within 0.2 seconds.")


def test_no_secret_is_in_the_table_the_trail_or_the_log(
    desk: Desk, actor: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    with http_sink(500) as taken:
        row = webhook(actor, taken.port)
        enqueue(alarm(), Notice.RAISED, ())
        desk.turn()
    trail = " ".join(f"{one.sentence} {one.detail}" for one in AuditRow.objects.all())
    for text in (trail, caplog.text, row.sealed, row.last_result):
        assert "hush" not in text
        assert "secret-path" not in text
    assert unseal(row.sealed) == "hush"


def test_a_secret_does_not_go_along_to_another_address(actor: Actor) -> None:
    row = webhook(actor, 9)
    change = {"name": "hook", "least": Severity.INFO, "enabled": True}
    with pytest.raises(InvalidInputError, match="would go along"):
        operations.update_notifier(actor, row.id, settings={"url": "http://evil.example/"}, **change)  # type: ignore[arg-type]
    operations.update_notifier(actor, row.id, settings=row.settings, **change)  # type: ignore[arg-type]
    row.refresh_from_db()
    assert unseal(row.sealed) == "hush"


def test_two_notifiers_have_two_names(actor: Actor) -> None:
    webhook(actor, 9)
    with pytest.raises(ConflictError):
        webhook(actor, 9)


def test_the_courier_ends_when_it_is_told_to() -> None:
    stop = threading.Event()
    stop.set()
    Courier().run(stop)
