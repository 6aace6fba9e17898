"""Logging of a station's processes: one readable format, warnings on the terminal, all of it in files.

Times are UTC, like everything else the station writes down.
"""

from __future__ import annotations

import logging
import os
import time
from logging.handlers import RotatingFileHandler
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

LEVEL_VARIABLE = "RIGHTCAST_LOG_LEVEL"
_FILE_BYTES = 5_000_000
_FILES_KEPT = 3


def configure_logs(path: Path | None, name: str) -> None:
    """Send warnings (or RIGHTCAST_LOG_LEVEL and above) to stderr, and information to the rotating file `path`."""
    formatter = logging.Formatter(f"%(asctime)s {name}: %(levelname)s %(message)s", "%Y-%m-%d %H:%M:%S")
    formatter.converter = time.gmtime
    wanted = logging.getLevelName(os.environ.get(LEVEL_VARIABLE, "WARNING").upper())
    terminal = logging.StreamHandler()
    terminal.setLevel(wanted if isinstance(wanted, int) else logging.WARNING)
    handlers: list[logging.Handler] = [terminal]
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        handlers.append(RotatingFileHandler(path, maxBytes=_FILE_BYTES, backupCount=_FILES_KEPT, encoding="utf-8"))
    root = logging.getLogger()
    root.setLevel(min(logging.INFO, terminal.level))
    for handler in handlers:
        handler.setFormatter(formatter)
        root.addHandler(handler)


def log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """The last words of a process that dies of a fault of ours; the supervisor starts it again."""
    logging.getLogger("rightcast").critical("ended by an error of its own", exc_info=(kind, error, trace))
