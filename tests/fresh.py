"""A station's data folder as its first start leaves it, made once per test worker and laid where a test begins.

Making the tables costs seconds of computing; a copy costs none. Tests of the first start itself do not use it.
"""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

_MAKE = """
import sys
from pathlib import Path
from rightcast.contract.station import StationSettings
from rightcast.panel.prepare import prepare

prepare(StationSettings(data=Path(sys.argv[1])))
"""


def lay(data: Path) -> None:
    """Put a fresh station into a folder that is not there yet; one that is stays as it is."""
    if not data.exists():
        shutil.copytree(_made(), data)


@functools.cache
def _made() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="rightcast-fresh-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("RIGHTCAST_", "DJANGO_"))}
    subprocess.run([sys.executable, "-c", _MAKE, folder / "data"], env=environment, check=True, timeout=120)
    return folder / "data"
