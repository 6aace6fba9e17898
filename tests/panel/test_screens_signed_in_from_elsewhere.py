"""What viewers entered at edges becomes devices of their lines, once, named and revocable."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rightcast.contract.activation import DeviceWish, Settlement, Wish
from rightcast.panel.audit.models import AuditRow
from rightcast.panel.lines import devices, operations
from rightcast.state.activations import FileActivations

if TYPE_CHECKING:
    from pathlib import Path

    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.lines.models import Line

pytestmark = pytest.mark.django_db


@pytest.fixture
def line(actor: Actor) -> Line:
    return operations.create_line(actor, name="anna").line


@pytest.fixture
def store(tmp_path: Path) -> FileActivations:
    return FileActivations(tmp_path / "activations")


def wish(line_id: int, code: str = "abc234", until: float = 100.0) -> Wish:
    return Wish(code=code, handle=f"handle-{code}", device="LG TV", line_id=line_id, until=until)


def test_a_wish_becomes_a_device_once(line: Line, store: FileActivations) -> None:
    store.put(wish(line.id))
    assert devices.settle_wishes(store, 50.0) == 1
    assert devices.settle_wishes(store, 51.0) == 0
    made = line.credentials.get()
    assert (made.kind, made.handle, made.device) == ("token", "handle-abc234", "LG TV")
    assert AuditRow.objects.get(action="line.activate-device").sentence == "signed in LG TV for line anna"
    found = store.find("abc234", Settlement)
    assert found is not None
    assert not found.refusal


def test_a_wish_whose_settlement_was_lost_is_not_granted_twice(line: Line, store: FileActivations) -> None:
    store.put(wish(line.id))
    devices.activate_device(operations_actor(), line.id, "handle-abc234", "LG TV")
    assert devices.settle_wishes(store, 50.0) == 1
    assert line.credentials.count() == 1


def operations_actor() -> Actor:
    return devices.Actor.system()


def test_a_full_line_is_refused_in_words(line: Line, store: FileActivations, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "MOST_DEVICES", 0)
    store.put(wish(line.id))
    devices.settle_wishes(store, 50.0)
    found = store.find("abc234", Settlement)
    assert found is not None
    assert "devices already" in found.refusal


def test_wishes_of_removed_lines_and_late_ones_make_no_device(line: Line, store: FileActivations) -> None:
    store.put(wish(line.id + 1))
    store.put(wish(line.id, code="late22", until=10.0))
    assert devices.settle_wishes(store, 50.0) == 1
    assert not line.credentials.exists()


def test_viewers_rename_and_revoke_their_own_devices(line: Line, store: FileActivations) -> None:
    one = devices.activate_device(operations_actor(), line.id, "handle-1", "LG TV")
    two = devices.activate_device(operations_actor(), line.id, "handle-2", "LG TV")
    store.put(DeviceWish(code="aaaaaa", line_id=line.id, credential_id=one.id, device="Hall", until=100.0))
    store.put(DeviceWish(code="bbbbbb", line_id=line.id, credential_id=two.id, revoke=True, until=100.0))
    store.put(DeviceWish(code="cccccc", line_id=line.id + 1, credential_id=one.id, revoke=True, until=100.0))
    store.put(DeviceWish(code="dddddd", line_id=line.id, credential_id=one.id, revoke=True, until=40.0))
    assert devices.settle_device_wishes(store, 50.0) == 2
    assert [one.device for one in line.credentials.all()] == ["Hall"]
    assert store.device_wishes() == []
