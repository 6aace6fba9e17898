"""Logging of a station's processes: one readable format, warnings on the terminal, all of it in files.

Times are UTC, like everything else the station writes down.
"""

from __future__ import annotations

import logging
import os
import time
from logging.handlers import RotatingFileHandler
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

LEVEL_VARIABLE = "RIGHTCAST_LOG_LEVEL"
_FILE_BYTES = 5_000_000
_FILES_KEPT = 3
_TIME = "%Y-%m-%d %H:%M:%S"


class _Utc(logging.Formatter):
    converter = staticmethod(time.gmtime)


class _Brief(_Utc):
    """For the terminal: of a traceback only what was raised; the file has it all."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the library's name and type
        return f"  {super().formatException(ei).rpartition(chr(10))[2]}"


def configure_logs(path: Path | None, name: str) -> None:
    """Send warnings (or RIGHTCAST_LOG_LEVEL and above) to stderr, and information to the rotating file `path`."""
    form = f"%(asctime)s {name}: %(levelname)s %(message)s"
    wanted = logging.getLevelName(os.environ.get(LEVEL_VARIABLE, "WARNING").upper())
    terminal = logging.StreamHandler()
    terminal.setLevel(wanted if isinstance(wanted, int) else logging.WARNING)
    terminal.setFormatter(_Brief(form, _TIME))
    root = logging.getLogger()
    root.setLevel(min(logging.INFO, terminal.level))
    root.addHandler(terminal)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = RotatingFileHandler(path, maxBytes=_FILE_BYTES, backupCount=_FILES_KEPT, encoding="utf-8")
        file.setFormatter(_Utc(form, _TIME))
        root.addHandler(file)


def log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """The last words of a process that dies of a fault of ours; the supervisor starts it again."""
    logging.getLogger("rightcast").critical("ended by an error of its own", exc_info=(kind, error, trace))
