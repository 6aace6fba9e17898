"""E-mail: what turned within the last seconds as one mail, by SMTP with STARTTLS or TLS."""

from __future__ import annotations

import smtplib
import ssl
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import TYPE_CHECKING, ClassVar

from rightcast.domain.errors import InvalidInputError
from rightcast.panel.alarms.notify.contract import TIMEOUT_S, DeliveryError, Field, Way
from rightcast.panel.alarms.notify.guard import resolved
from rightcast.panel.alarms.notify.syslog import split_host

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightcast.panel.alarms.notify.contract import Message

_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_WORDS = {"cleared": "CLEARED", "reminded": "STILL OPEN", "risen": "WORSE", "test": "TEST", "open": "OPEN"}


class Email:
    """A digest at most once a minute, so that a bad night fills no mailbox."""

    kind: ClassVar[str] = "email"
    title: ClassVar[str] = "E-mail"
    fields: ClassVar[tuple[Field, ...]] = (
        Field(name="to", label="To", help="One or more addresses, with commas between.", required=True),
        Field(name="sender", label="From", help="The address it is sent from.", required=True),
        Field(name="server", label="Mail server", help="HOST or HOST:PORT.", required=True),
        Field(name="security", label="Security", default="starttls", choices=("starttls", "tls", "none")),
        Field(name="user", label="User", help="Empty when the server asks for none."),
    )
    credential: ClassVar[str] = "Password of the user"
    settle_s: ClassVar[float] = 10.0
    pause_s: ClassVar[float] = 60.0
    repeat_s: ClassVar[float] = 0.0

    def check(self, way: Way) -> None:
        """Addresses that look like some, a server. Raises InvalidInputError."""
        for field, text in (("sender", way.get("sender")), *(("to", one) for one in _receivers(way))):
            name, sign, host = text.rpartition("@")
            if not sign or not name or not host or any(letter in text for letter in " <>\"'\\"):
                raise InvalidInputError(f"'{text}' is no mail address.", remedy="Write name@example.org.", field=field)
        split_host(way.get("server"), 25, field="server")
        if way.secret and way.get("security") == "none":
            raise InvalidInputError(
                "A password is not sent over an open connection.", remedy="Choose starttls or tls.", field="security"
            )

    def send(self, way: Way, messages: Sequence[Message], now: float) -> str:
        """One mail with all of them. Raises DeliveryError."""
        return hand_in(way, compose(way, messages, now))


def hand_in(way: Way, mail: EmailMessage) -> str:
    """Hand a mail to the server of a way; what it answered. Raises DeliveryError."""
    security = way.get("security") or "starttls"
    host, port = split_host(way.get("server"), _PORTS[security], field="server")
    address = resolved(host, port, networks=way.networks, private=True)
    try:
        with _connect(host, address, port, security) as link:
            if way.get("user"):
                link.login(way.get("user"), way.secret)
            refused = link.send_message(mail)
    except smtplib.SMTPResponseException as error:
        permanent = 500 <= error.smtp_code < 600
        raise DeliveryError(f"{host} answered {error.smtp_code}.", permanent=permanent) from error
    except smtplib.SMTPRecipientsRefused as error:
        raise DeliveryError(f"{host} takes no mail for these addresses.", permanent=True) from error
    except (OSError, smtplib.SMTPException) as error:
        raise DeliveryError(f"{host} could not be reached: {error}"[:200]) from error
    return f"taken by {host}" + (f", but not for {', '.join(refused)}" if refused else "")


def _connect(host: str, address: str, port: int, security: str) -> smtplib.SMTP:
    """Connected and encrypted as asked; the certificate must be of the host's name. Raises OSError, SMTPException."""
    context = ssl.create_default_context()
    link: smtplib.SMTP
    if security == "tls":
        link = _PinnedTls(address, host, port, context)
    else:
        link = smtplib.SMTP(timeout=TIMEOUT_S)
        link.connect(address, port)
    if security == "starttls":
        setattr(link, "_host", host)  # noqa: B010 - smtplib checks the certificate against it, and we pinned the address
        link.starttls(context=context)
    return link


class _PinnedTls(smtplib.SMTP_SSL):
    """SMTP over TLS to a checked address, under the host's name."""

    def __init__(self, address: str, host: str, port: int, context: ssl.SSLContext) -> None:
        super().__init__(timeout=TIMEOUT_S, context=context)
        self._host = host
        self.connect(address, port)


def compose(way: Way, messages: Sequence[Message], now: float) -> EmailMessage:
    """The mail: the worst in the subject, all in the text."""
    station = messages[0].station
    mail = EmailMessage()
    mail["Subject"] = " ".join(f"[{station}] {_subject(messages)}".split())  # a line break would begin a header
    mail["From"] = way.get("sender")
    mail["To"] = ", ".join(_receivers(way))
    mail["Date"] = formatdate(now)
    mail["Message-ID"] = make_msgid(domain=way.get("sender").rpartition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no absence notes in return
    mail.set_content("\n\n".join(_paragraph(message) for message in messages) + f"\n\n-- \n{station}\n")
    return mail


def _subject(messages: Sequence[Message]) -> str:
    if len(messages) == 1:
        one = messages[0]
        return f"{_word(one)}: {one.headline}"
    opened = sum(one.notice != "cleared" for one in messages)
    cleared = len(messages) - opened
    parts = [f"{opened} alarm{'' if opened == 1 else 's'}"] if opened else []
    parts += [f"{cleared} cleared"] if cleared else []
    return ", ".join(parts)


def _paragraph(message: Message) -> str:
    since = datetime.fromtimestamp(message.since, UTC) if message.since else None
    lines = [f"{_word(message)}  {message.headline}"]
    lines += [f"  {message.detail}"] if message.detail else []
    lines += [f"  Since {since:%Y-%m-%d %H:%M:%S} UTC"] if since else []
    if message.cleared:
        lines.append(f"  Cleared {datetime.fromtimestamp(message.cleared, UTC):%Y-%m-%d %H:%M:%S} UTC")
    lines += [f"  It explains {len(message.hides)} more: {', '.join(message.hides[:20])}"] if message.hides else []
    lines += [f"  What to do: {message.remedy}"] if message.remedy and not message.cleared else []
    lines += [f"  {message.link}"] if message.link else []
    return "\n".join(lines)


def _word(message: Message) -> str:
    return _WORDS.get(message.notice, message.severity.upper())


def _receivers(way: Way) -> list[str]:
    return [one.strip() for one in way.get("to").split(",") if one.strip()]
