"""Mails are read as notices, whatever they look like; what cannot be read is said, not guessed."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightcast.domain.notices import NoticeKind
from rightcast.formats.notice_mail import MailError, read_mail, text_of_html


def mail(**headers: str) -> EmailMessage:
    made = EmailMessage()
    made["From"] = headers.pop("sender", '"Studio, legal" <law@studio.example>')
    made["Subject"] = headers.pop("subject", "Film on your service")
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    return made


def test_a_mail_is_read_as_a_notice() -> None:
    made = mail()
    made.set_content("In good faith: see https://tv.example/live/a/b/7.ts, and\n<http://tv.example/x>.\n")
    found = read_mail(made.as_bytes()).notice
    assert (found.sender, found.email, found.work) == ("Studio, legal", "law@studio.example", "Film on your service")
    assert found.addresses == ("https://tv.example/live/a/b/7.ts", "http://tv.example/x")
    assert found.good_faith
    assert found.kind is NoticeKind.DSA


def test_a_dmca_notice_is_known_by_its_words() -> None:
    made = mail(subject="DMCA notice")
    made.set_content("Under penalty of perjury.\n/s/ Anna Rossi\n")
    found = read_mail(made.as_bytes()).notice
    assert (found.kind, found.accuracy, found.signature) == (NoticeKind.DMCA, True, "Anna Rossi")


def test_html_is_read_as_a_person_would() -> None:
    page = '<style>p{}</style><p>See <a href="https://tv.example/1">this</a></p><script>x()</script>'
    assert text_of_html(page) == "See this https://tv.example/1"


def test_attachments_are_kept_as_bytes() -> None:
    made = mail()
    made.set_content("See the list.")
    made.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="../list.pdf")
    (found,) = read_mail(made.as_bytes()).attachments
    assert (found.content_type, found.data) == ("application/pdf", b"%PDF")


@pytest.mark.parametrize("headers", [{"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}])
def test_programs_are_told_apart(headers: dict[str, str]) -> None:
    made = mail(**headers)
    made.set_content("Out of office.")
    assert read_mail(made.as_bytes()).automatic


def test_what_is_no_mail_is_said_so() -> None:
    with pytest.raises(MailError):
        read_mail(b"\x00\x01")


@given(
    st.binary(max_size=300), st.sampled_from([b"", b"Content-Type: multipart/mixed; boundary=x\n\n--x\n", b"From: a\n"])
)
@settings(max_examples=60)
def test_no_bytes_break_the_reader(raw: bytes, before: bytes) -> None:
    try:
        found = read_mail(b"Subject: =?utf-8?b?" + raw[:20] + b"?=\n" + before + raw)
    except MailError:
        return
    told = found.notice
    assert f"{told.sender}{told.email}{told.work}{told.reasons}{told.addresses}".encode()


def test_headers_that_are_no_text_can_be_stored() -> None:
    found = read_mail(b"From: a\xff <a@b.example>\nSubject: \xfffilm\n\n\xff")
    assert f"{found.notice.sender}{found.subject}{found.text}".encode()
