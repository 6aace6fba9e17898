"""A report is set in letters that its names have, joined and turned where they are read from the right."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader

from rightcast.domain.suppression import Figures
from rightcast.panel.licensors.lettering import FOLDERS, in_order, lettered
from rightcast.panel.licensors.report import Entry, Report
from rightcast.panel.licensors.written import pdf_of
from rightcast.state.signing import Signer

REPORT = Report(
    station="Телестудия", licensor="استوديو", month=date(2026, 10, 1), timezone="UTC", smallest=5,
    entries=tuple(
        Entry(reference=name, level="channel", name=name, figures=Figures(sessions=7, seconds=3600, peak=2, lines=6))
        for name in ("Студия", "Ελλάδα", "שלום", "東京テレビ", "Canale 7")
    ),
)  # fmt: skip


def has_dejavu() -> bool:
    return lettered("Студия").font == "DejaVuSans"


def test_right_to_left_words_are_joined_and_turned() -> None:
    assert in_order("سلام") == "\ufee1\ufefc\ufeb3"  # seen at first, lam with alef, meem at the end
    assert in_order("שלום") == "םולש"
    assert in_order("(قناة) 7") == "7 (\ufe93\ufe8e\ufee8\ufed7)"
    assert in_order("Canale 7") == "Canale 7"
    assert in_order("ABC שלום") == "ABC םולש"


def test_western_and_east_asian_names_need_no_font_of_the_machine() -> None:
    assert lettered("Canale È", bold=True).font == "Helvetica-Bold"
    assert [lettered(one).font for one in ("東京テレビ", "한국", "中央")] == [
        "HeiseiKakuGo-W5", "HYGothic-Medium", "STSong-Light",
    ]  # fmt: skip


def test_a_report_in_other_letters_can_be_read_from_the_pdf_and_is_the_same_bytes_again() -> None:
    if not has_dejavu():
        pytest.skip(f"DejaVu Sans is in none of {', '.join(FOLDERS)} (Debian package fonts-dejavu-core)")
    signer = Signer(bytes(32))
    made = pdf_of(REPORT, signer)
    assert pdf_of(REPORT, signer) == made
    text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(made)).pages)
    for word in ("Студия", "Ελλάδα", "Телестудия", "Canale 7", "שלום"):  # its reader turns right-to-left words back
        assert word in text
