"""Reads an e-mail (RFC 5322, MIME) as a notice: text, addresses, attachments as bytes. Nothing is run or fetched."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import dataclass
from email.errors import MessageError
from email.utils import parseaddr
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from rightcast.domain.notices import LONGEST_REASONS, MOST_ADDRESSES, Notice, NoticeKind, digest

if TYPE_CHECKING:
    from email.message import EmailMessage, MIMEPart

MOST_PARTS = 200
MOST_ATTACHMENTS = 20
LONGEST_TITLE = 200
_ADDRESS = re.compile(r"https?://[^\s<>\"')\]]+", re.IGNORECASE)
_GOOD_FAITH = re.compile(r"good[ -]faith|buona fede", re.IGNORECASE)
_PERJURY = re.compile(r"penalt(?:y|ies) of perjury", re.IGNORECASE)
_DMCA = re.compile(r"\bDMCA\b|512\s*\(c\)|Digital Millennium", re.IGNORECASE)
_SIGNED = re.compile(r"^\s*(?:/s/|signed|signature|firma(?:to)?)\s*:?\s*(\S.{1,120})$", re.IGNORECASE | re.MULTILINE)
_SKIPPED = frozenset({"script", "style", "head", "title", "template"})
_BREAKS = frozenset({"p", "br", "div", "li", "tr", "h1", "h2", "h3", "table", "ul", "ol", "blockquote"})


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a mail, as it came; `name` is only for showing."""

    name: str
    content_type: str
    data: bytes

    @property
    def sha256(self) -> str:
        """What it is kept under."""
        return digest(self.data)


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail read: the notice in it as far as a program sees, its subject, its attachments."""

    notice: Notice
    subject: str
    text: str
    attachments: tuple[Attachment, ...]
    automatic: bool
    """Sent by a program (RFC 3834): it gets no answer, so that two programs do not write to each other for ever."""


class MailError(Exception):
    """A mail that is none, or that the parser stumbles over."""


def read_mail(raw: bytes) -> Letter:
    """Read a mail; a defect leaves fields empty. Raises MailError when nothing of it can be read."""
    try:
        return _read(raw)
    except (MessageError, ValueError, LookupError, AttributeError, TypeError, AssertionError, RecursionError) as error:
        raise MailError(f"{type(error).__name__}: {error}") from error  # what the standard parser has raised on defects


def _read(raw: bytes) -> Letter:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    if not message.keys():
        raise MailError("It has no headers.")
    texts, attachments = _parts(message)
    text = "\n".join(texts).strip()
    subject = _header(message, "subject")[:LONGEST_TITLE]
    name, address = parseaddr(_header(message, "reply-to") or _header(message, "from"))
    signed = _SIGNED.search(text)
    kind = NoticeKind.DMCA if _DMCA.search(f"{subject}\n{text}") else NoticeKind.DSA
    notice = Notice(
        kind=kind,
        sender=" ".join((name or address.partition("@")[0]).split())[:200],
        email=address[:254],
        work=subject,
        reasons=text[:LONGEST_REASONS],
        addresses=tuple(dict.fromkeys(one.rstrip(".,;") for one in _ADDRESS.findall(text)))[:MOST_ADDRESSES],
        good_faith=_GOOD_FAITH.search(text) is not None,
        accuracy=_PERJURY.search(text) is not None,
        signature=signed[1].strip() if signed else "",
        sha256=digest(raw),
    )
    return Letter(notice, subject, text, tuple(attachments), _is_automatic(message))


def text_of_html(source: str) -> str:
    """What a person would read of a page, line by line; addresses of links are put behind their words."""
    reader = _Text()
    reader.feed(source)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.pieces).splitlines())
    return "\n".join(line for line in lines if line)


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._hidden = 0
        self._link = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in _SKIPPED
        if tag in _BREAKS:
            self.pieces.append("\n")
        if tag == "a":
            self._link = dict(attrs).get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag in _SKIPPED:
            self._hidden = max(0, self._hidden - 1)
        if tag == "a" and self._link.startswith(("http:", "https:")):
            self.pieces.append(f" {self._link} ")
            self._link = ""
        if tag in _BREAKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.pieces.append(data)


def _parts(message: EmailMessage) -> tuple[list[str], list[Attachment]]:
    """The texts to read, of alternatives the plainest, and everything else as attachments."""
    body = message.get_body(preferencelist=("plain", "html"))
    texts = [] if body is None else [_text(body)]
    attachments: list[Attachment] = []
    for number, part in enumerate(message.walk()):
        if number >= MOST_PARTS or len(attachments) >= MOST_ATTACHMENTS:
            break
        if part.is_multipart() or part is body or part.get_content_disposition() != "attachment":
            continue
        data = part.get_payload(decode=True)
        name = " ".join(_plain(part.get_filename() or "attachment").split())[:120]
        attachments.append(
            Attachment(name, _plain(part.get_content_type())[:120], data if isinstance(data, bytes) else b"")
        )
    return texts, attachments


def _text(part: MIMEPart) -> str:
    data = part.get_payload(decode=True)
    raw = data if isinstance(data, bytes) else b""
    try:
        text = raw.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        text = raw.decode("utf-8", "replace")
    text = text.replace("\r\n", "\n").replace("\0", "")
    return text_of_html(text) if part.get_content_subtype() == "html" else text


def _header(message: EmailMessage, name: str) -> str:
    try:
        value = message.get(name)
    except (MessageError, ValueError, IndexError, AttributeError):
        return ""
    return " ".join(_plain(str(value or "")).split())


def _plain(text: str) -> str:
    """Text that can be stored: bytes that were no text in their header come out of the parser as lone surrogates."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _is_automatic(message: EmailMessage) -> bool:
    said = _header(message, "auto-submitted").lower()
    return (bool(said) and said != "no") or _header(message, "precedence").lower() in {"bulk", "list", "junk"}
