"""Each notifier speaks to a real server of its kind, within its guard, and says in a sentence what went wrong."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import smtplib
import ssl
from email import message_from_string, policy
from typing import TYPE_CHECKING

import pytest

from rightcast.domain.errors import InvalidInputError
from rightcast.panel.alarms.notify import email as email_module
from rightcast.panel.alarms.notify import guard
from rightcast.panel.alarms.notify.contract import DeliveryError, Message, Way, checked_settings
from rightcast.panel.alarms.notify.registry import NOTIFIERS
from tests.panel.sinks import certificate_of, datagram_sink, http_sink, smtp_sink, tcp_sink

if TYPE_CHECKING:
    from pathlib import Path

NOW = 1_800_000_000.0
LOOPBACK = ("127.0.0.0/8",)


def message(**fields: object) -> Message:
    made = {
        "alarm": 7,
        "notice": "raised",
        "severity": "critical",
        "kind": "uplink-down",
        "title": "An uplink is down",
        "subject_kind": "multiplex",
        "subject_id": "udp://239.1.1.1:5000",
        "subject": "udp://239.1.1.1:5000",
        "detail": 'All of "it" fails]',
        "remedy": "Look.",
        "since": NOW - 60,
        "raised": NOW - 50,
        "hides": ["One", "Two"],
        "link": "http://localhost:8000/alarms/7/",
        "station": "Test TV",
    }
    return Message(**{**made, **fields})  # type: ignore[arg-type]


def send(
    kind: str, settings: dict[str, str], *messages: Message, secret: str = "", open_to: tuple[str, ...] = ()
) -> str:
    notifier = NOTIFIERS[kind]
    way = Way(settings=checked_settings(notifier, settings), secret=secret, networks=open_to)
    notifier.check(way)
    return notifier.send(way, messages or (message(),), NOW)


def test_a_webhook_gets_signed_json() -> None:
    with http_sink() as taken:
        url = f"http://127.0.0.1:{taken.port}/hook?a=1"
        assert send("webhook", {"url": url}, secret="key", open_to=LOOPBACK) == "200 OK"
        ((path, headers, body),) = taken.items
    assert path == "/hook?a=1"
    found = json.loads(body)
    assert (found["version"], found["station"]) == (1, "Test TV")
    assert found["alarms"][0]["hides"] == ["One", "Two"]
    at, mac = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", headers["X-Rightcast-Signature"]).groups()  # type: ignore[union-attr]
    assert mac == hmac.new(b"key", at.encode() + b"." + body, hashlib.sha256).hexdigest()


def test_a_webhook_over_tls_checks_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server, client = certificate_of("localhost", tmp_path)
    monkeypatch.setattr(ssl, "create_default_context", lambda *_, **__: client)
    with http_sink(tls=server) as taken:
        assert send("webhook", {"url": f"https://localhost:{taken.port}/"}, open_to=("127.0.0.0/8", "::1/128"))
        with pytest.raises(DeliveryError, match="could not be reached"):
            send("webhook", {"url": f"https://127.0.0.1:{taken.port}/"}, open_to=LOOPBACK)
        assert len(taken.items) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/",
        "http://localhost:9/",
        "http://[::1]:9/",
        "http://[::ffff:127.0.0.1]:9/",
        "http://10.0.0.1/",
    ],
)
def test_a_webhook_into_the_private_network_is_refused(url: str) -> None:
    with pytest.raises(DeliveryError, match="not open to notifiers") as refused:
        send("webhook", {"url": url})
    assert refused.value.permanent


@pytest.mark.parametrize("address", ["169.254.169.254", "[fd00:ec2::254]", "100.100.100.200", "0.0.0.0"])
def test_metadata_services_are_refused_even_when_listed(address: str) -> None:
    with pytest.raises(DeliveryError, match="not open to notifiers"):
        send("webhook", {"url": f"http://{address}/"}, open_to=("0.0.0.0/0", "::/0"))


def test_a_name_is_resolved_once_and_its_address_is_pinned(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def changing(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        asked.append(host)
        return [(2, 1, 6, "", ("127.0.0.1" if len(asked) == 1 else "169.254.169.254", port))]

    with http_sink() as taken:
        monkeypatch.setattr(guard.socket, "getaddrinfo", changing)
        monkeypatch.setattr(
            guard.socket, "create_connection", _straight
        )  # the library's own would resolve digits through what is patched
        send("webhook", {"url": f"http://rebinding.example:{taken.port}/"}, open_to=LOOPBACK)
        assert taken.items[0][1]["Host"].startswith("rebinding.example")
    assert asked == ["rebinding.example"]


def _straight(address: tuple[str, int], timeout: float) -> object:
    import socket

    link = socket.socket()
    link.settimeout(timeout)
    link.connect(address)
    return link


def test_a_redirect_is_not_followed() -> None:
    with http_sink() as target, http_sink(302, {"Location": f"http://127.0.0.1:{target.port}/"}) as taken:
        with pytest.raises(DeliveryError, match="not followed") as refused:
            send("webhook", {"url": f"http://127.0.0.1:{taken.port}/"}, open_to=LOOPBACK)
        assert refused.value.permanent
        assert target.items == []


@pytest.mark.parametrize(("status", "permanent"), [(500, False), (503, False), (429, False), (404, True), (401, True)])
def test_whether_a_refusal_is_worth_another_attempt(status: int, permanent: bool) -> None:
    with http_sink(status) as taken, pytest.raises(DeliveryError, match=str(status)) as refused:
        send("webhook", {"url": f"http://127.0.0.1:{taken.port}/"}, open_to=LOOPBACK)
    assert refused.value.permanent is permanent


@pytest.mark.parametrize(
    "url", ["ftp://host/", "http://", "http://user:pw@host/", "http://host:99999/", "javascript:x"]
)
def test_strange_addresses_are_refused_when_they_are_written(url: str) -> None:
    with pytest.raises(InvalidInputError):
        send("webhook", {"url": url})


def test_alertmanager_gets_alerts_that_end() -> None:
    with http_sink() as taken:
        url = f"http://127.0.0.1:{taken.port}/am/"
        cleared = message(notice="cleared", cleared=NOW - 5)
        send("alertmanager", {"url": url}, message(), cleared, secret="bear", open_to=LOOPBACK)
        ((path, headers, body),) = taken.items
    assert (path, headers["Authorization"]) == ("/am/api/v2/alerts", "Bearer bear")
    first, second = json.loads(body)
    assert first["labels"] == second["labels"]
    assert first["labels"]["alertname"] == "uplink-down"
    assert first["startsAt"] == "2027-01-15T07:59:10.000Z"
    assert first["endsAt"] == "2027-01-15T08:04:00.000Z"
    assert second["endsAt"] == "2027-01-15T07:59:55.000Z"
    assert all(isinstance(value, str) for one in (first, second) for value in one["annotations"].values())


SYSLOG = re.compile(
    r"<(\d+)>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \S+ rightcast \d+ (\S+) \[alarm@32473 (.*?[^\\])\] \ufeff(.*)",
)


def test_syslog_by_datagrams_is_rfc_5424() -> None:
    with datagram_sink() as link:
        send("syslog", {"host": f"127.0.0.1:{link.getsockname()[1]}"})
        found = SYSLOG.fullmatch(link.recv(4096).decode())
    assert found is not None
    assert (found[1], found[2]) == ("26", "uplink-down")  # daemon, critical
    assert 'severity="critical"' in found[3]
    assert found[4] == 'udp://239.1.1.1:5000: an uplink is down (All of "it" fails])'


def test_syslog_escapes_what_would_end_a_parameter() -> None:
    with datagram_sink() as link:
        send("syslog", {"host": f"127.0.0.1:{link.getsockname()[1]}"}, message(subject_id='a"b]c\\d'))
        assert 'subject="multiplex:a\\"b\\]c\\\\d"' in link.recv(4096).decode()


def test_syslog_by_tcp_counts_its_octets() -> None:
    with tcp_sink() as taken:
        send("syslog", {"transport": "tcp", "host": f"127.0.0.1:{taken.port}"}, message(), message(notice="cleared"))
        (data,) = taken.wait(1)
    lines = []
    while data:
        count, _, rest = data.partition(b" ")
        lines.append(rest[: int(count)].decode())
        data = rest[int(count) :]
    assert len(lines) == 2
    assert lines[1].startswith("<29>1 ")  # daemon, notice
    assert "cleared: " in lines[1]


def test_syslog_to_a_local_socket(tmp_path: Path) -> None:
    with datagram_sink(tmp_path / "log") as link:
        send("syslog", {"transport": "unix", "path": str(tmp_path / "log")})
        assert SYSLOG.fullmatch(link.recv(4096).decode())
    with pytest.raises(DeliveryError, match="could not be reached"):
        send("syslog", {"transport": "unix", "path": str(tmp_path / "nothing")})


MAIL = {"to": "night@tv.example, day@tv.example", "sender": "station@tv.example", "user": "station"}


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_mail_goes_encrypted_to_all_receivers(security: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server, client = certificate_of("localhost", tmp_path)
    monkeypatch.setattr(email_module.ssl, "create_default_context", lambda: client)
    with smtp_sink(tls=server, starttls=security == "starttls") as taken:
        settings = {**MAIL, "server": f"localhost:{taken.port}", "security": security}
        messages = [message(), message(alarm=8, notice="cleared", cleared=NOW)]
        with monkeypatch.context() as ipv4:
            ipv4.setattr(email_module, "resolved", lambda *_, **__: "127.0.0.1")
            send("email", settings, *messages, secret="hush")
        ((secure, login, receivers, text),) = taken.items
    assert secure
    assert base64.b64decode(login) == b"\0station\0hush"
    assert receivers == ["night@tv.example", "day@tv.example"]
    mail = message_from_string(text, policy=policy.default)
    assert mail["Subject"] == "[Test TV] 1 alarm, 1 cleared"
    assert mail["Auto-Submitted"] == "auto-generated"
    body = mail.get_body().get_content()  # type: ignore[attr-defined]
    assert "CRITICAL  udp://239.1.1.1:5000: an uplink is down" in body
    assert "It explains 2 more: One, Two" in body


def test_a_mail_server_of_another_name_is_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server, client = certificate_of("another.example", tmp_path)
    monkeypatch.setattr(email_module.ssl, "create_default_context", lambda: client)
    monkeypatch.setattr(email_module, "resolved", lambda *_, **__: "127.0.0.1")
    with smtp_sink(tls=server, starttls=True) as taken:
        with pytest.raises(DeliveryError, match="could not be reached"):
            send("email", {**MAIL, "server": f"localhost:{taken.port}"}, secret="hush")
        assert taken.items == []


def test_no_password_is_sent_in_the_clear() -> None:
    with pytest.raises(InvalidInputError, match="open connection"):
        send("email", {**MAIL, "server": "mail.example", "security": "none"}, secret="hush")


def test_a_server_without_starttls_gets_no_mail() -> None:
    with smtp_sink(tls=None, starttls=False) as taken:
        with pytest.raises(DeliveryError, match="STARTTLS"):
            send("email", {**MAIL, "server": f"127.0.0.1:{taken.port}"})
        assert taken.items == []


def test_receivers_that_are_refused_are_not_tried_again() -> None:
    plain = {"to": "a@b.example", "sender": "c@d.example", "security": "none"}
    with smtp_sink(tls=None, starttls=False, refuse=550) as taken:
        settings = {**plain, "server": f"127.0.0.1:{taken.port}"}
        with pytest.raises(DeliveryError) as refused:
            send("email", settings)
    assert refused.value.permanent


@pytest.mark.parametrize("to", ["nobody", "a@b, c d@e", "x@y\nBcc: z@z", "<a@b>"])
def test_addresses_that_are_none_are_refused(to: str) -> None:
    with pytest.raises(InvalidInputError):
        send("email", {**MAIL, "to": to, "server": "mail.example"})


def test_a_headline_with_line_breaks_cannot_make_headers() -> None:
    way = Way(settings={**MAIL, "server": "m"})
    evil = message(subject="One\r\nBcc: evil@example.org")
    mail = email_module.compose(way, [evil], NOW)
    assert mail["Bcc"] is None
    assert "\n" not in mail["Subject"]


def test_smtplib_still_checks_the_name_that_we_give_it() -> None:
    assert "_host" in smtplib.SMTP.starttls.__code__.co_names
