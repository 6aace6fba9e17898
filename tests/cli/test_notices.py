"""Notices at the shell: a mail comes in, is decided on, and what is wrong is said in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

MAIL = b"From: Studio <law@studio.example>\nSubject: Our film\n\nIn good faith: https://tv.example/live/a/b/1.ts\n"


def test_a_mail_comes_in_and_is_decided_on(station: Shell) -> None:
    number = station("notice", "import", "-", "--json", stdin=MAIL).json["reference"]
    done = station("notice", "decide", number, "take-down", "--say", "No agreement covers it.", "--json").json
    assert (done["state"], done["takedowns"]) == ("acted", [1])
    facts = ("--ground", "Article 3", "--explanation", "Not ours.", "--facts", "Agreements were compared.")
    assert station("notice", "statement", number, *facts, "--json").json["puid"] == number
    assert number in station("notice", "list", "--all").out


def test_what_is_wrong_is_said(station: Shell) -> None:
    unread = station("notice", "import", "-", stdin=b"\x00\x01").out
    assert "could not be read" in unread
    assert "which channels" in station("notice", "decide", unread.split()[1], "take-down", "--say", "So it is.").err
