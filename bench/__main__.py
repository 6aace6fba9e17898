"""`python -m bench [NAME ...] [--quick] [--list]`: measure, print the table, write bench/results.json.

A NAME is a figure (edge.ts_many) or an area (edge); without names all are taken.
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING

from bench import (
    archive_viewers,
    archive_write,
    console_import,
    edge_cmaf,
    edge_hls,
    edge_tls,
    edge_ts,
    edge_zap,
    guide_import,
    guide_questions,
    headend_failover,
    headend_inputs,
    headend_ladder,
    headend_monitoring,
    headend_outputs,
    headend_soak,
    players_catalogue,
    players_glass,
    players_lines,
    rights_audit,
    rights_decide,
    rights_takedown,
)
from bench.figures import Figure, table, write_readme, write_results
from bench.rig import RigError, machine

if TYPE_CHECKING:
    from collections.abc import Callable

MEASUREMENTS: dict[str, Callable[[bool], list[Figure]]] = {
    "archive.write": archive_write.write,
    "headend.udp_passthrough": headend_inputs.udp_passthrough,
    "headend.http_ts": headend_inputs.http_ts,
    "headend.multiplex": headend_inputs.multiplex,
    "headend.failover_refused": headend_failover.refused,
    "headend.failover_frozen": headend_failover.frozen,
    "headend.monitoring": headend_monitoring.monitoring,
    "headend.ladder": headend_ladder.ladder,
    "headend.multicast_out": headend_outputs.multicast_out,
    "headend.soak": headend_soak.two_hundred,
    "edge.ts_many": edge_ts.ts_many,
    "edge.ts_one": edge_ts.ts_one,
    "edge.tls_viewers": edge_tls.tls_viewers,
    "edge.tls_idle_memory": edge_tls.tls_idle_memory,
    "edge.hls_playlist": edge_hls.playlist,
    "edge.hls_segments": edge_hls.segments,
    "edge.cmaf_segment": edge_cmaf.segment,
    "edge.zap_warm": edge_zap.warm,
    "edge.zap_cold": edge_zap.cold,
    "archive.viewers": archive_viewers.viewers,
    "archive.start": archive_viewers.start,
    "players.glass_ts": players_glass.endless_ts,
    "players.glass_ll_hls": players_glass.low_latency_hls,
    "players.glass_hls": players_glass.hls,
    "players.catalogue": players_catalogue.catalogue,
    "players.lines": players_lines.lines,
    "guide.import": guide_import.import_xmltv,
    "guide.questions": guide_questions.questions,
    "rights.decide": rights_decide.decisions,
    "rights.rejudge": rights_decide.rejudgement,
    "rights.takedown": rights_takedown.takedown,
    "rights.audit_append": rights_audit.append,
    "rights.audit_verify": rights_audit.verify,
    "console.import_playlist": console_import.import_playlist,
}

LONG_RACES = frozenset({"headend.soak"})
"""Taken only when named: they last as long as all others together."""


def chosen(names: list[str]) -> list[str]:
    """The measurements that the names ask for, in the order of taking. Raises RigError for an unknown one."""
    unknown = [name for name in names if not any(key == name or key.split(".")[0] == name for key in MEASUREMENTS)]
    if unknown:
        raise RigError(f"There is no figure {', '.join(unknown)}; --list names them all.")
    by_area = {key for key in MEASUREMENTS if not names or key.split(".")[0] in names} - LONG_RACES
    return [key for key in MEASUREMENTS if key in names or key in by_area]


def sentence(figure: Figure) -> str:
    """One figure in words, for the terminal."""
    row = figure.row()
    measured = f"{row['name']}: {row['value']:,} {row['unit']}"
    against = f"ratio {row['ratio']} to {row['reference_value']:,} ({row['reference']})"
    return f"{measured}; {against}; goal {row['goal']}: {'met' if row['met'] else 'MISSED'}"


def main() -> int:
    """Take the figures asked for; returns 1 when one could not be taken or a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--quick", action="store_true", help="shorter windows and coarser steps; not written down")
    parser.add_argument("--list", action="store_true", help="name the figures and end")
    asked = parser.parse_args()
    try:
        names = chosen(asked.names)
    except RigError as error:
        parser.error(str(error))
    if asked.list:
        print("\n".join(names))
        return 0
    print(machine(), flush=True)
    taken: list[Figure] = []
    failed: list[str] = []
    for name in names:
        print(f"{name} ...", flush=True)
        begin = time.monotonic()
        try:
            figures = MEASUREMENTS[name](asked.quick)
        except (RigError, OSError, TimeoutError, ValueError, KeyError) as error:
            failed.append(name)
            print(f"  could not be taken: {error}", flush=True)
            continue
        taken += figures
        for figure in figures:
            print(f"  {sentence(figure)} [{time.monotonic() - begin:.0f} s]", flush=True)
        if not asked.quick:
            write_readme(write_results(figures), f"{machine()}; last run {time.strftime('%Y-%m-%d')}.")
    print("\n" + table([figure.row() for figure in taken]))
    return 1 if failed or not all(figure.met for figure in taken) else 0


if __name__ == "__main__":
    sys.exit(main())
