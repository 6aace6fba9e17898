"""Syslog: one RFC 5424 message for each turn of an alarm, by UDP (RFC 5426), TCP (RFC 6587) or a local socket."""

from __future__ import annotations

import os
import socket
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from rightcast.domain.errors import InvalidInputError
from rightcast.panel.alarms.notify.contract import TIMEOUT_S, DeliveryError, Field, Way
from rightcast.panel.alarms.notify.guard import resolved

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightcast.panel.alarms.notify.contract import Message

_FACILITY_DAEMON = 3
_LEVELS = {"info": 6, "warning": 4, "critical": 2}
_NOTICE = 5
_MOST_DATAGRAM_BYTES = 2048  # RFC 5424 section 6.1: receivers should take this much
_PORT = 514


class Syslog:
    """To a log host or the machine's own daemon."""

    kind: ClassVar[str] = "syslog"
    title: ClassVar[str] = "Syslog"
    fields: ClassVar[tuple[Field, ...]] = (
        Field(name="transport", label="Transport", default="udp", choices=("udp", "tcp", "unix")),
        Field(name="host", label="Host", help="HOST or HOST:PORT; the port is 514 unless it is named."),
        Field(name="path", label="Socket", help="For transport unix.", default="/dev/log"),
    )
    credential: ClassVar[str] = ""
    settle_s: ClassVar[float] = 0.0
    pause_s: ClassVar[float] = 0.0
    repeat_s: ClassVar[float] = 0.0

    def check(self, way: Way) -> None:
        """A host for udp and tcp, an absolute path for unix. Raises InvalidInputError."""
        if way.get("transport") == "unix":
            if not way.get("path").startswith("/"):
                raise InvalidInputError("The socket needs an absolute path.", remedy="Write /dev/log.", field="path")
            return
        split_host(way.get("host"), _PORT, field="host")

    def send(self, way: Way, messages: Sequence[Message], now: float) -> str:
        """Hand over each. Raises DeliveryError."""
        lines = [line(message, now) for message in messages]
        try:
            if way.get("transport") == "unix":
                _to_socket(way.get("path"), lines)
            else:
                host, port = split_host(way.get("host"), _PORT, field="host")
                address = resolved(host, port, networks=way.networks, private=True)
                _to_host(address, port, lines, stream=way.get("transport") == "tcp")
        except OSError as error:
            raise DeliveryError(f"The log host could not be reached: {error.strerror or error}.") from error
        return f"{len(lines)} handed over"


def line(message: Message, now: float) -> bytes:
    """The message by RFC 5424 section 6, without framing. Cleared ones are a notice."""
    cleared = message.notice == "cleared"
    level = _NOTICE if cleared else _LEVELS.get(message.severity, 4)
    stamp = datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    fields = {
        "alarm": str(message.alarm),
        "notice": message.notice,
        "severity": message.severity,
        "subject": f"{message.subject_kind}:{message.subject_id}",
    }
    data = " ".join(f'{name}="{_escaped(value)}"' for name, value in fields.items())
    text = message.headline + (f" ({message.detail})" if message.detail else "")
    if cleared:
        text = f"cleared: {text}"
    head = f"<{_FACILITY_DAEMON * 8 + level}>1 {stamp} {_word(socket.gethostname(), 255)} rightcast {os.getpid()} "
    flat = " ".join(text.split())
    # 32473 is the enterprise number kept for documents (RFC 5612); ours has none of its own.
    return f"{head}{_word(message.kind, 32)} [alarm@32473 {data}] \N{ZERO WIDTH NO-BREAK SPACE}{flat}".encode()


def split_host(text: str, port: int, *, field: str) -> tuple[str, int]:
    """HOST or HOST:PORT or [IPV6]:PORT. Raises InvalidInputError."""
    host, sign, number = text.rpartition(":")
    if not sign or text.endswith("]") or (host.count(":") and not host.endswith("]")):
        host, number = text, str(port)
    host = host.strip("[]")
    if not host or "/" in host or " " in host or not number.isdigit() or not 0 < int(number) < 65536:
        raise InvalidInputError(f"'{text}' is no host.", remedy="Write HOST or HOST:PORT.", field=field)
    return host, int(number)


def _to_host(address: str, port: int, lines: Sequence[bytes], *, stream: bool) -> None:
    if stream:
        with socket.create_connection((address, port), TIMEOUT_S) as link:
            # Octet counting, RFC 6587 section 3.4.1: unlike a newline it survives any text.
            link.sendall(b"".join(b"%d %s" % (len(one), one) for one in lines))
            link.shutdown(socket.SHUT_WR)
        return
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as link:
        for one in lines:
            link.sendto(one[:_MOST_DATAGRAM_BYTES], (address, port))


def _to_socket(path: str, lines: Sequence[bytes]) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as link:
        link.settimeout(TIMEOUT_S)
        link.connect(path)
        for one in lines:
            link.send(one[:_MOST_DATAGRAM_BYTES])


def _escaped(value: str) -> str:
    """A parameter's value by RFC 5424 section 6.3.3."""
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("]", "\\]").replace("\n", " ")


def _word(text: str, most: int) -> str:
    """Printable ASCII without spaces, as header fields ask for; a dash for nothing."""
    return "".join(letter for letter in text if 33 <= ord(letter) <= 126)[:most] or "-"
