"""Roots over the trail are signed hourly, stamped by a real service, mirrored; failures are told and stop nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from rightcast.domain.anchors import read_root
from rightcast.domain.chain import Fault, Wrong
from rightcast.domain.merkle import Frontier, Tree, consistent, included
from rightcast.panel.audit import witnessing
from rightcast.panel.audit.checking import remember
from rightcast.panel.audit.models import AuditRow, ChainHead, SignedRoot
from rightcast.panel.audit.pruning import prune_rows
from rightcast.panel.audit.queries import anchoring, health, proof_findings
from rightcast.panel.audit.rooting import sign_due, sign_root
from rightcast.panel.lines import operations as lines
from rightcast.state.signing import public_key, signed_by
from rightcast.state.stamps import stamp_holds
from rightcast.state.verifying import Verdict
from tests.audit.authority import make_authority, serving

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import SettingsWrapper

    from rightcast.contract.station import StationSettings
    from rightcast.panel.audit.operations import Actor

pytestmark = pytest.mark.django_db


def rooted(actor: Actor, *names: str) -> SignedRoot:
    for name in names:
        lines.create_line(actor, name=name)
    root = sign_root(timezone.now())
    assert root is not None
    return root


def test_a_root_stands_for_all_rows_and_is_signed(actor: Actor, station: StationSettings) -> None:
    root = rooted(actor, "anna", "bert", "cleo")
    public = public_key(station.keys)
    assert public is not None
    assert signed_by(public, root.record, root.signature)
    record = read_root(root.record)
    hashes = [bytes.fromhex(row.hash) for row in AuditRow.objects.order_by("id")]
    tree = Tree(Frontier(), hashes)
    assert (record.first, record.size, record.chain) == (1, 3, hashes[2].hex())
    assert included(hashes[1], 1, 3, tree.inclusion(1, 3), bytes.fromhex(record.root))


def test_roots_follow_each_other_also_over_pruned_rows(actor: Actor) -> None:
    first = read_root(rooted(actor, "anna", "bert", "cleo").record)
    prune_rows(AuditRow.objects.order_by("-id")[0].at)
    second = read_root(rooted(actor, "dora", "emil").record)
    hashes = [bytes.fromhex(row.hash) for row in AuditRow.objects.filter(id__gt=3).order_by("id")]
    tree = Tree(first.tree, hashes)
    assert (second.first, second.size) == (4, 5)
    assert consistent(3, bytes.fromhex(first.root), 5, bytes.fromhex(second.root), tree.consistency(3, 5))


def test_a_root_is_signed_once_an_hour_and_only_for_new_rows(actor: Actor) -> None:
    rooted(actor, "anna")
    now = timezone.now()
    lines.create_line(actor, name="bert")
    assert sign_due(now + timedelta(minutes=59)) is None
    assert sign_due(now + timedelta(hours=2)) is not None
    assert sign_due(now + timedelta(hours=4)) is None


def test_a_real_service_stamps_the_root(
    actor: Actor, station: StationSettings, settings: SettingsWrapper, tmp_path: Path
) -> None:
    settings.STATION = replace(station, notify_networks=("127.0.0.0/8",))
    authority = make_authority(tmp_path / "authority")
    with serving(tmp_path / "authority") as address:
        witnessing.set_anchoring(actor, stamp_url=address, mirror="")
        witnessing.look()
    root = SignedRoot.objects.get()
    assert root.stamp is not None, anchoring().stamp_trouble
    assert abs((timezone.now() - root.stamped_at).total_seconds()) < 60
    assert stamp_holds(bytes(root.stamp), root.record.encode(), authority) == ""
    assert stamp_holds(bytes(root.stamp), b"other", authority)
    assert health().stamped == health().rows == 1
    assert anchoring().stamp_trouble == ""


def test_a_service_that_fails_is_told_of_and_stops_nothing(
    actor: Actor, station: StationSettings, settings: SettingsWrapper
) -> None:
    settings.STATION = replace(station, notify_networks=("127.0.0.0/8",))
    witnessing.set_anchoring(actor, stamp_url="http://127.0.0.1:9/", mirror="")
    witnessing.look()
    assert SignedRoot.objects.get().stamp is None
    assert [one.kind for one in proof_findings()] == ["anchoring-failing"]
    witnessing.set_anchoring(actor, stamp_url="", mirror="")
    assert proof_findings() == ()


def test_roots_are_mirrored_to_a_folder(actor: Actor, tmp_path: Path) -> None:
    folder = tmp_path / "mirror"
    witnessing.set_anchoring(actor, stamp_url="", mirror=str(folder))
    witnessing.look()
    assert [one.kind for one in proof_findings()] == ["anchoring-failing"]
    folder.mkdir()
    witnessing.look()
    assert proof_findings() == ()
    kept = json.loads((folder / "root-00000001.json").read_text())
    assert signed_by(bytes.fromhex(kept["key"]), kept["record"], kept["signature"])


def test_a_row_that_was_changed_before_its_root_raises_an_alarm(actor: Actor) -> None:
    lines.create_line(actor, name="anna")
    AuditRow.objects.update(kept_sentence="other")
    assert sign_root(timezone.now()) is not None
    assert [(one.kind, one.detail) for one in proof_findings()] == [
        ("audit-broken", "Row 1: its contents do not give its hash.")
    ]


def test_the_alarm_ends_when_the_whole_trail_holds_again(actor: Actor) -> None:
    lines.create_line(actor, name="anna")
    whole = AuditRow.objects.get().kept_sentence
    AuditRow.objects.update(kept_sentence="other")
    sign_root(timezone.now())
    seen = anchoring().checked_at
    remember(Verdict(rows=1, faults=[Fault(Wrong.CHANGED, 1, 1, "row 1: changed")]), timezone.now())
    assert (anchoring().check_trouble, anchoring().checked_at) == ("Row 1: changed.", seen)
    AuditRow.objects.update(kept_sentence=whole)
    remember(Verdict(rows=1), timezone.now())
    assert proof_findings() == ()
    assert health().troubles == []


def test_no_root_is_signed_over_rows_that_are_missing(actor: Actor) -> None:
    for name in ("anna", "bert", "cleo"):
        lines.create_line(actor, name=name)
    AuditRow.objects.filter(id=3).delete()
    assert ChainHead.objects.get().seq == 3
    assert sign_root(timezone.now()) is None
    assert [one.detail for one in proof_findings()] == ["Rows 3 to 3 are missing."]
