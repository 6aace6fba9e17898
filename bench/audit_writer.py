"""Appends deeds to a fresh station's audit trail in a process of its own, for bench/rights_audit.py.

`python -m bench.audit_writer FOLDER COUNT MODE`: writes one line of JSON, deeds per second.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from rightcast.contract.station import StationSettings
from rightcast.panel.prepare import prepare


def main() -> None:
    """Each deed is an operation of one row, in a transaction of its own, committed before the next begins."""
    folder, count, mode = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    prepare(StationSettings(data=folder / "data", ring=folder / "ring"))
    from django.contrib.auth.models import User  # noqa: PLC0415 - the panel loads after Django's set-up
    from django.db import connection  # noqa: PLC0415 - likewise

    from rightcast.panel.audit.operations import Actor  # noqa: PLC0415 - likewise
    from rightcast.panel.operation import operating  # noqa: PLC0415 - likewise

    if mode == "synced":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous = FULL")
    user = User.objects.create_superuser("owner", password="pw") if mode == "sealed" else None
    actor = Actor.staff(user) if user is not None else Actor.system()

    def deed(number: int) -> None:
        with operating(actor, "") as done:
            subject = "line" if mode == "sealed" else "channel"
            done.record(f"{subject}.update", number % 100 + 1, f"changed {subject} {number}", name="One", number=number)

    for number in range(200):
        deed(number)
    begin = time.perf_counter()
    for number in range(count):
        deed(number)
    sys.stdout.write(json.dumps(count / (time.perf_counter() - begin)) + "\n")


if __name__ == "__main__":
    main()
