"""After ten wrong tries a name has to wait, from that address."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import User

from rightcast.panel.staff import sign_in
from rightcast.panel.staff.sign_in import TRIES, WAIT_S, Guard

if TYPE_CHECKING:
    from django.test import Client


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_name_waits_after_ten_wrong_tries_and_only_there() -> None:
    clock = Clock()
    guard = Guard(clock)
    for _ in range(TRIES):
        assert not guard.must_wait("owner", "192.0.2.1")
        guard.failed("Owner", "192.0.2.1")
    assert guard.must_wait("owner", "192.0.2.1")
    assert not guard.must_wait("owner", "192.0.2.2")
    clock.now += WAIT_S + 1
    assert not guard.must_wait("owner", "192.0.2.1")


def test_a_right_try_forgets_the_wrong_ones() -> None:
    guard = Guard(Clock())
    for _ in range(TRIES - 1):
        guard.failed("owner", "a")
    guard.passed("owner", "a")
    guard.failed("owner", "a")
    assert not guard.must_wait("owner", "a")


@pytest.mark.django_db
def test_even_the_right_password_waits(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in, "guard", Guard())
    User.objects.create_superuser("owner", password="pw")
    for _ in range(TRIES):
        client.post("/login/", {"username": "owner", "password": "guess"})
    answer = client.post("/login/", {"username": "owner", "password": "pw"})
    assert answer.status_code == 200
    assert "Too many wrong tries" in answer.content.decode()
