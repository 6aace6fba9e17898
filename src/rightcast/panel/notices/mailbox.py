"""A folder into which a mail server or a program puts mails: what lies there is taken in as notices.

`notices/mail` in the data folder, either plain files or a maildir, whose `new` is read as well.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from rightcast.panel.notices.intake import post_mail

if TYPE_CHECKING:
    from pathlib import Path

    from rightcast.state.notices import NoticeBox

_log = logging.getLogger(__name__)
SETTLED_S = 2.0
"""A plain file that was written to within this time may not be whole yet."""
MOST_BYTES = 25 << 20
BATCH = 50


def collect(box: NoticeBox, folder: Path, now: float) -> int:
    """Put mails of the folder into the post box; how many. What is too large is set aside as `NAME.too-large`."""
    done = 0
    for path, whole in _mails(folder):
        try:
            known = path.stat()
            if not whole and now - known.st_mtime < SETTLED_S:
                continue
            if known.st_size > MOST_BYTES:
                _log.warning("the mail %s is too large for a notice and is set aside", path.name)
                path.rename(path.with_name(f"{path.name}.too-large"))
                continue
            if post_mail(box, path.read_bytes(), now) is None:
                return done
            path.unlink()
        except OSError:
            _log.exception("a mail in the folder of notices cannot be read; it stays")
            continue
        done += 1
    return done


def set_aside(folder: Path) -> int:
    """How many mails were too large."""
    return sum(1 for where in (folder, folder / "new") if where.is_dir() for _ in where.glob("*.too-large"))


def _mails(folder: Path) -> list[tuple[Path, bool]]:
    """Files to read, and whether they are whole by the rules of a maildir; links and hidden files are passed over."""
    found = []
    for where, whole in ((folder / "new", True), (folder, False)):
        if where.is_dir():
            files = (path for path in sorted(where.iterdir()) if path.is_file() and not path.is_symlink())
            found += [(path, whole) for path in files if not path.name.startswith(".")]
    return [(path, whole) for path, whole in found if path.suffix != ".too-large"][:BATCH]
