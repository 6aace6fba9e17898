"""The rows of the trail that a case is about, each with its proof under a signed root."""

from __future__ import annotations

import bisect
import itertools
import json
from typing import TYPE_CHECKING

from rightcast.domain.anchors import read_root
from rightcast.domain.merkle import Tree
from rightcast.panel.audit.models import AuditRow, SignedRoot
from rightcast.panel.audit.pruning import base
from rightcast.state.evidence.sealing import readable
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
    begin = base()
    if begin is None or not roots:
        return {"trail/rows.jsonl": b"", "trail/proofs.json": readable({"consistency": [], "rows": {}})}
    sizes = [record.size for record, _ in roots]
    hashes = AuditRow.objects.filter(id__gt=begin.seq).order_by("id").values_list("hash", flat=True)
    tree = Tree(begin.tree, [bytes.fromhex(one) for one in hashes.iterator(chunk_size=5000)])
    paths, used = {}, {roots[-1][0].number}
    shown = [row for row in rows if begin.seq < row.seq <= sizes[-1]]
    for row in shown:
        root = roots[bisect.bisect_left(sizes, row.seq)][0]
        paths[str(row.seq)] = {"path": _texts(tree.inclusion(row.seq - 1, root.size)), "root": root.number}
        used.add(root.number)
    chosen = [(record, kept) for record, kept in roots if record.number in used]
    files = {"trail/rows.jsonl": b"".join(row_line(row) for row in shown)}
    files["trail/proofs.json"] = (
        json.dumps(
            {"consistency": _between([record for record, _ in chosen], tree), "rows": paths}, sort_keys=True
        ).encode()
        + b"\n"
    )
    for record, kept in chosen:
        files |= _root_files(record, kept)
    return files


def _between(roots: Sequence[Root], tree: Tree) -> list[dict[str, object]]:
    return [
        {"first": one.number, "path": _texts(tree.consistency(one.size, other.size)), "second": other.number}
        for one, other in itertools.pairwise(roots)
    ]


def _root_files(record: Root, kept: SignedRoot) -> dict[str, bytes]:
    name = f"trail/root-{record.number:08}"
    files = {f"{name}.json": kept.record.encode(), f"{name}.sig": f"{kept.signature}\n".encode()}
    return files | ({f"{name}.tsr": bytes(kept.stamp)} if kept.stamp is not None else {})


def _texts(path: Sequence[bytes]) -> list[str]:
    return [one.hex() for one in path]
