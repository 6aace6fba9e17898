"""The rows of the trail that a case is about, each with its proof under a signed root."""

from __future__ import annotations

import bisect
import json
from typing import TYPE_CHECKING

from rightcast.domain.anchors import read_root
from rightcast.panel.audit.models import AuditRow, SignedRoot
from rightcast.panel.audit.paths import steps_between, tree_of
from rightcast.panel.audit.pruning import base
from rightcast.state.trail import row_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from rightcast.domain.anchors import Root
    from rightcast.domain.chain import Row

AT_ONCE = 500


def rows_about(subjects: Iterable[tuple[str, int]], until: datetime | None) -> list[Row]:
    """All rows whose deed was done to one of the subjects before `until`, in the order of the trail."""
    by_kind: dict[str, list[int]] = {}
    for kind, number in sorted(subjects):
        by_kind.setdefault(kind, []).append(number)
    found: dict[int, Row] = {}
    for kind, numbers in by_kind.items():
        for at in range(0, len(numbers), AT_ONCE):
            rows = AuditRow.objects.filter(subject=kind, subject_id__in=numbers[at : at + AT_ONCE])
            if until is not None:
                rows = rows.filter(at__lt=until)
            found |= {row.id: row.chained() for row in rows}
    return [found[seq] for seq in sorted(found)]


def proven(rows: Sequence[Row]) -> dict[str, bytes]:
    """The files of a pack's trail: the rows, the roots they stand under, and the paths between them.

    A row stands under the first root after it, the one whose time stamp says most. Rows that no root stands for yet
    are left out: sign one before.
    """
    roots = [(read_root(one.record), one) for one in SignedRoot.objects.order_by("number")]
    sizes = [record.size for record, _ in roots]
    begin = base()
    shown = [row for row in rows if begin is not None and sizes and begin.seq < row.seq <= sizes[-1]]
    by_root: dict[int, list[Row]] = {}
    for row in shown:
        by_root.setdefault(bisect.bisect_left(sizes, row.seq), []).append(row)
    paths: dict[str, dict[str, object]] = {}
    for place, under in by_root.items():
        root, tree = roots[place][0], tree_of(roots[place][0])
        for row in under:
            paths[str(row.seq)] = {"path": _texts(tree.inclusion(row.seq - 1, root.size)), "root": root.number}
    chosen = [roots[place] for place in sorted({*by_root, len(roots) - 1})] if roots else []
    between = [
        {"first": one.number, "path": _texts(path), "second": other.number}
        for one, other, path in steps_between([record for record, _ in chosen])
    ]
    proofs = json.dumps({"consistency": between, "rows": paths}, sort_keys=True)
    files = {"trail/rows.jsonl": b"".join(map(row_line, shown)), "trail/proofs.json": proofs.encode() + b"\n"}
    for record, kept in chosen:
        files |= _root_files(record, kept)
    return files


def _root_files(record: Root, kept: SignedRoot) -> dict[str, bytes]:
    name = f"trail/root-{record.number:08}"
    files = {f"{name}.json": kept.record.encode(), f"{name}.sig": f"{kept.signature}\n".encode()}
    return files | ({f"{name}.tsr": bytes(kept.stamp)} if kept.stamp is not None else {})


def _texts(path: Sequence[bytes]) -> list[str]:
    return [one.hex() for one in path]
