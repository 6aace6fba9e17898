"""The monthly report as files: CSV, PDF, and the signature that goes beside either."""

from __future__ import annotations

import csv
import io
from hashlib import sha256
from typing import TYPE_CHECKING

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from rightcast.panel.licensors.lettering import PLAIN, PLAIN_BOLD, Lettered, lettered

if TYPE_CHECKING:
    from rightcast.panel.licensors.report import Entry, Report
    from rightcast.state.signing import Signer

HIDDEN = "hidden"
COLUMNS = ("agreement", "level", "name", "sessions", "viewer_hours", "peak_concurrent", "unique_lines")
_HEADINGS = ("Agreement", "", "", "Sessions", "Viewer hours", "Peak", "Lines")
_WIDTHS_MM = (38, 20, 50, 20, 24, 14, 14)
_SIZE = 8


def csv_of(report: Report) -> bytes:
    """UTF-8 with a heading line; a cell that a spreadsheet would take for a formula is led by an apostrophe."""
    text = io.StringIO()
    sheet = csv.writer(text, lineterminator="\r\n")
    sheet.writerow(("station", "licensor", "month", "timezone", "hidden_below_lines"))
    sheet.writerow((_safe(report.station), _safe(report.licensor), f"{report.month:%Y-%m}", report.timezone,
                    report.smallest))  # fmt: skip
    sheet.writerow(())
    sheet.writerow(COLUMNS)
    for one in report.entries:
        sheet.writerow((_safe(one.reference), one.level, _safe(one.name), *_cells(one)))
    return text.getvalue().encode()


def pdf_of(report: Report, signer: Signer) -> bytes:
    """A4; the same report gives the same bytes. It names the CSV's digest and the key that signs."""
    styles = getSampleStyleSheet()
    names = [[lettered(text, bold=one.level == "total") for text in (one.reference, one.name)]
             for one in report.entries]  # fmt: skip
    rows = [_HEADINGS, *((_cut(called, 38), one.level, _cut(name, 50), *_cells(one))
                         for one, (called, name) in zip(report.entries, names, strict=True))]  # fmt: skip
    table = Table(rows, colWidths=[width * mm for width in _WIDTHS_MM], repeatRows=1)
    table.setStyle(TableStyle([
        ("FONT", (0, 0), (-1, -1), PLAIN, _SIZE),
        ("FONT", (0, 0), (-1, 0), PLAIN_BOLD, _SIZE),
        ("ALIGN", (3, 0), (-1, -1), "RIGHT"),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, colors.HexColor("#213048")),
        ("LINEBELOW", (0, 1), (-1, -1), 0.25, colors.HexColor("#ced2d9")),
        *(("FONT", (0, row), (-1, row), PLAIN_BOLD, _SIZE)
          for row, one in enumerate(report.entries, 1) if one.level == "total"),
        *(("FONT", (column, row), (column, row), one.font, _SIZE)
          for row, both in enumerate(names, 1) for column, one in zip((0, 2), both, strict=True)
          if one.font not in {PLAIN, PLAIN_BOLD}),
    ]))  # fmt: skip
    said = [
        Paragraph(f"Usage in {report.month:%B %Y}", styles["Title"]),
        Paragraph(f"{_words(report.licensor)}, carried by {_words(report.station)}", styles["Heading3"]),
        Paragraph(
            f"Months and days by the clock of {report.timezone}. Figures about fewer than {report.smallest} lines are "
            "hidden, and so is one more where the rest would tell them. Viewer hours are the time that sessions "
            "lasted; the peak is the most of them at one moment.",
            styles["BodyText"],
        ),
        Spacer(1, 5 * mm),
        table,
        Spacer(1, 6 * mm),
        Paragraph(
            f"SHA-256 of the same report as CSV: {sha256(csv_of(report)).hexdigest()}<br/>"
            f"Fingerprint of the station's signing key: {signer.fingerprint}",
            styles["Code"],
        ),
    ]
    paper = io.BytesIO()
    title = f"Usage {report.month:%Y-%m}: {report.licensor}"
    SimpleDocTemplate(
        paper, pagesize=A4, title=title, author=report.station, invariant=1, leftMargin=15 * mm, rightMargin=15 * mm
    ).build(said)
    return paper.getvalue()


def _cells(one: Entry) -> tuple[str, ...]:
    if one.figures is None:
        return (HIDDEN,) * 4
    found = one.figures
    return str(found.sessions), f"{found.seconds / 3600:.1f}", str(found.peak), str(found.lines)


def _safe(text: str) -> str:
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} and len(text) > 1 else text


def _words(text: str) -> str:
    """A text of a paragraph, in a font that has its letters."""
    one = lettered(text, bold=True)
    plain = one.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return plain if one.font in {PLAIN, PLAIN_BOLD} else f'<font name="{one.font}">{plain}</font>'


def _cut(one: Lettered, width_mm: float) -> str:
    """So much of a text as the column takes."""
    room, text = width_mm * mm - 12, one.text
    if stringWidth(text, one.font, _SIZE) <= room:
        return text
    while text and stringWidth(text + "...", one.font, _SIZE) > room:
        text = text[:-1]
    return text + "..."
