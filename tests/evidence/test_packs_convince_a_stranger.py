"""An evidence pack stands by itself: the verifier in it tells what happened, and names each file that was touched."""

from __future__ import annotations

import random
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from rightcast.domain.blackouts import Audience, Match, Term, Trait
from rightcast.domain.errors import PermissionDeniedError
from rightcast.domain.takedown import Cause
from rightcast.panel.audit import witnessing
from rightcast.panel.audit.models import AuditRow
from rightcast.panel.audit.operations import Actor
from rightcast.panel.audit.pruning import prune_rows
from rightcast.panel.audit.rooting import sign_root
from rightcast.panel.blackouts.operations import add_blackout, lift_blackout
from rightcast.panel.catalogue import operations as catalogue
from rightcast.panel.evidence.operations import export_pack, open_case, scope_of, scope_of_channels
from rightcast.panel.lines import operations as lines
from rightcast.panel.notices.models import Notice, NoticeStep
from rightcast.panel.operation import operating
from rightcast.panel.rights import operations as rights
from rightcast.panel.rights import steps
from rightcast.panel.rights.keeping import attach
from rightcast.panel.takedowns.operations import lift, take_down
from rightcast.panel.takedowns.orders import Order
from rightcast.panel.usage.models import SessionRow, StandRow
from rightcast.state.evidence.sealing import seal_pack
from rightcast.state.evidence.verify import Pack, check, opened, told
from rightcast.state.signing import Signer, public_key
from tests.audit.authority import make_authority, serving

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.contrib.auth.models import User
    from pytest_django.fixtures import SettingsWrapper

    from rightcast.contract.station import StationSettings
    from rightcast.panel.catalogue.models import Channel

pytestmark = pytest.mark.django_db
LATER = datetime(2099, 1, 1, tzinfo=UTC)
SEALED = ("manifest", "signing", "verify", "READ")


def carried(actor: Actor, channel: Channel) -> None:
    """A channel under a right that is suspended in the end, with other deeds and roots in between."""
    right = rights.record_right(
        actor,
        reference="12/2026",
        licensor="Studio",
        instrument="contract",
        channel_ids=[channel.id],
        territories=["IT", "SM"],
        ends=LATER,
    )
    lines.create_line(actor, name="anna")
    attach(actor, right.id, document=b"%PDF the contract", file_name="contract 12.pdf")
    sign_root(timezone.now())
    catalogue.create_category(actor, name="News")
    steps.suspend_right(actor, right.id)
    sign_root(timezone.now())
    lines.create_line(actor, name="bert")


def pack_of(actor: Actor, channel: Channel, path: Path) -> Path:
    """The pack of a case about the channel."""
    case = open_case(actor, number="AZ 7/26", title="Match of 3 May", channel_ids=[channel.id])
    path.write_bytes(export_pack(actor, scope_of(case)).body)
    return path


@pytest.fixture
def pack(actor: Actor, channel: Channel, tmp_path: Path) -> Path:
    carried(actor, channel)
    return pack_of(actor, channel, tmp_path / "pack.zip")


def rebuilt(path: Path, change: Callable[[dict[str, bytes]], None]) -> Pack:
    """The pack with files changed as somebody would with any archiver."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    with zipfile.ZipFile(path, "w") as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return check(opened(path))


def test_a_pack_that_nobody_touched_holds_and_tells_the_story(pack: Path, station: StationSettings) -> None:
    found = check(opened(pack), public_key(station.keys) or b"")
    assert found.faults == []
    text = "\n".join(told(found))
    assert "NOBODY CHANGED THIS PACK" in text
    assert "Case AZ 7/26: Match of 3 May" in text
    assert "12/2026 of Studio (contract): One" in text
    assert "where: IT, SM" in text
    assert f"evidence, {right_need(found)}: contract 12.pdf, SHA-256" in text
    assert "right 12/2026 is now suspended" in text.partition("WENT DARK")[2]
    assert "anna" not in text
    assert set(found.proven) == {row["seq"] for row in found.rows}


def test_the_verifier_runs_alone_with_nothing_but_python(pack: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(pack) as archive:
        archive.extractall(tmp_path / "out")
    command = [sys.executable, "-I", "-S", str(tmp_path / "out" / "verify.py")]
    done = subprocess.run([*command, str(pack)], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    (tmp_path / "out" / "case.json").write_text("{}")
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "case.json: was changed" in done.stdout


def test_each_file_that_is_changed_taken_out_or_put_in_is_named(pack: Path) -> None:
    whole, names = pack.read_bytes(), zipfile.ZipFile(pack).namelist()
    for name in names:
        pack.write_bytes(whole)
        shown = "manifest.json" if name.startswith(("manifest", "signing")) else name

        def spoil(files: dict[str, bytes], name: str = name) -> None:
            files[name] = files[name][:-2] + bytes([files[name][-2] ^ 1]) + files[name][-1:]

        assert shown in {where for where, _ in rebuilt(pack, spoil).faults}, name
        pack.write_bytes(whole)
        assert shown in {where for where, _ in rebuilt(pack, lambda files, name=name: files.pop(name)).faults}, name  # type: ignore[misc]
    pack.write_bytes(whole)
    found = rebuilt(pack, lambda files: files.update({"agreements/99.json": b"{}"}))
    assert ("agreements/99.json", "was put in: the station did not seal it") in found.faults


def test_every_byte_of_the_file_that_is_flipped_is_found_or_means_nothing(pack: Path) -> None:
    whole, chance = pack.read_bytes(), random.Random(4)
    files = opened(pack).files
    for _ in range(80):
        at = chance.randrange(len(whole))
        pack.write_bytes(whole[:at] + bytes([whole[at] ^ (1 << chance.randrange(8))]) + whole[at + 1 :])
        try:
            found = opened(pack)
        except (zipfile.BadZipFile, ValueError, NotImplementedError):
            continue
        assert found.files == files or check(found).faults, at


def test_a_row_that_was_rewritten_by_who_holds_the_key_is_under_no_root(pack: Path, station: StationSettings) -> None:
    """Somebody who can sign a new manifest still cannot give a row another text: the root was signed before."""
    files = opened(pack).files
    files["trail/rows.jsonl"] = files["trail/rows.jsonl"].replace(b"is now suspended", b"is now active!!!")
    own = {name: body for name, body in files.items() if not name.startswith(SEALED)}
    pack.write_bytes(seal_pack(own, case="x", signs=own_signer(station), now=timezone.now()).body)
    (fault,) = check(opened(pack)).faults
    assert fault[0] == "trail/rows.jsonl"
    assert "was changed: its contents do not give its hash" in fault[1]


def own_signer(station: StationSettings) -> Signer:
    """Signs as the station does."""
    return Signer(bytes.fromhex((station.keys / "signing.key").read_text().strip()))


def test_a_pack_of_another_key_is_refused_by_who_knows_the_stations(pack: Path) -> None:
    assert check(opened(pack), Signer(bytes(32)).public).faults


def test_a_pruned_trail_still_proves_what_is_left(actor: Actor, channel: Channel, tmp_path: Path) -> None:
    carried(actor, channel)
    prune_rows(AuditRow.objects.get(action="right.suspend").at)
    carry = check(opened(pack_of(actor, channel, tmp_path / "pack.zip")))
    assert carry.faults == []
    assert "right.suspend" in {row["action"] for row in carry.rows}


def test_a_time_stamp_says_when_a_root_was_seen(
    actor: Actor, channel: Channel, station: StationSettings, settings: SettingsWrapper, tmp_path: Path
) -> None:
    settings.STATION = replace(station, notify_networks=("127.0.0.0/8",))
    make_authority(tmp_path / "authority")
    with serving(tmp_path / "authority") as address:
        witnessing.set_anchoring(actor, stamp_url=address, mirror="")
        witnessing.look()
    found = check(opened(pack_of(actor, channel, tmp_path / "pack.zip")))
    assert found.faults == []
    (at,) = found.stamps.values()
    assert abs((timezone.now() - datetime.fromisoformat(at)).total_seconds()) < 60
    assert any(f"stamped {at}" in line for line in told(found))


def test_a_span_leaves_out_what_came_after_it(actor: Actor, channel: Channel, tmp_path: Path) -> None:
    carried(actor, channel)
    until = AuditRow.objects.get(action="right.suspend").at
    sealed = export_pack(actor, scope_of_channels([channel.id], until - timedelta(days=1), until))
    found = check(opened_bytes(sealed.body, tmp_path))
    assert found.faults == []
    assert "right.suspend" not in {row["action"] for row in found.rows}


def test_a_stranger_reads_what_was_carried_when_it_was_dark_and_that_nobody_edited_it(
    actor: Actor, channel: Channel, tmp_path: Path
) -> None:
    """A right that was removed since, a blackout, a takedown: all from the pack and the verifier alone."""
    soon = timezone.now() + timedelta(hours=1)
    other = catalogue.create_channel(actor, name="Two", sources=[catalogue.SourceInput("udp://239.1.1.2:5000")])
    right = rights.record_right(
        actor, reference="7/2025", licensor="Lega", instrument="contract", channel_ids=[channel.id, other.id],
        territories=["IT"], ends=LATER,
    )  # fmt: skip
    attach(actor, right.id, document=b"%PDF signed", file_name="seven.pdf")
    audience = Audience(terms=(Term(Trait.PRESENCE, ("IT", "SM")),))
    match = add_blackout(actor, name="Final", channel_ids=[channel.id], starts=soon, audience=audience)
    add_blackout(actor, name="Elsewhere", channel_ids=[other.id])
    order = Order(channel_ids=(channel.id,), case="AZ 7/26", cause=Cause.COURT)
    lift(actor, take_down(actor, order).pk, "the order was lifted")
    take_down(actor, Order(territories=("SM",), cause=Cause.COURT))
    rights.update_right(actor, right.id, channel_ids=[other.id])
    rights.remove_right(actor, right.id)
    lift_blackout(actor, match.id)

    pack = pack_of(actor, channel, tmp_path / "pack.zip")
    with zipfile.ZipFile(pack) as archive:
        (tmp_path / "verify.py").write_bytes(archive.read("verify.py"))
        documents = [name for name in archive.namelist() if name.startswith(f"agreements/{right.id}-")]
        assert archive.read(documents[0]) == b"%PDF signed"
    command = [sys.executable, "-I", "-S", str(tmp_path / "verify.py"), str(pack)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    story = done.stdout.partition("THE STORY OF CHANNEL One")[2].partition("\n\n")[0].splitlines()[1:]
    said = [line.split("  ", 2)[2] for line in story]
    called = "right 7/2025 of Lega"
    assert said[0] == f"may be carried in IT under {called}"
    assert [one.partition(" (row")[0] for one in said[1:4]] == [
        "DARK: took down 1 One (order of a court)", "lifted the takedown of 1 One",
        "DARK: took down everything in SM (order of a court)",
    ]  # fmt: skip
    assert said[4] == f"may not be carried any more under {called}"
    assert len(said) == 5
    assert "Blackout Final: One; it was lifted before it began" in done.stdout
    assert "Elsewhere" not in done.stdout
    assert "removed from the ledger at" in done.stdout
    assert "NOBODY CHANGED THIS PACK" in done.stdout


def test_a_blackout_is_told_with_its_audience_and_held_against_the_trail(
    actor: Actor, channel: Channel, station: StationSettings, tmp_path: Path
) -> None:
    """Who holds the key and seals other times than the trail tells, or leaves the blackout out, is found."""
    audience = Audience(match=Match.NONE, terms=(Term(Trait.RESIDENCE, ("IT",)),))
    starts = datetime(2026, 5, 3, 20, tzinfo=UTC)
    add_blackout(actor, name="Final", channel_ids=[channel.id], starts=starts, ends=LATER, audience=audience)
    pack = pack_of(actor, channel, tmp_path / "pack.zip")
    whole = check(opened(pack))
    assert whole.faults == []
    expected = "dark for everybody but (residence IT) from 2026-05-03T20:00:00.000000Z to 2099-01-01"
    assert expected in "\n".join(told(whole))

    def sealed_anew(change: Callable[[dict[str, bytes]], None]) -> list[tuple[str, str]]:
        files = {name: body for name, body in whole.files.items() if not name.startswith(SEALED)}
        change(files)
        pack.write_bytes(seal_pack(files, case="x", signs=own_signer(station), now=timezone.now()).body)
        return check(opened(pack)).faults

    def later(files: dict[str, bytes]) -> None:
        files["blackouts.json"] = files["blackouts.json"].replace(b"2026-05-03T20", b"2026-05-03T23")

    ((where, said),) = sealed_anew(later)
    assert (where, said.partition(" '")[0]) == ("blackouts.json", "says of starts")
    ((where, said),) = sealed_anew(lambda files: files.update({"blackouts.json": b'{"blackouts": []}'}))
    assert (where, said.partition(",")[0]) == ("trail/rows.jsonl", "tells of blackout 1")


def test_what_was_changed_after_the_span_is_told_as_it_was_before(
    actor: Actor, channel: Channel, tmp_path: Path
) -> None:
    right = rights.record_right(
        actor, reference="9", licensor="Studio", instrument="contract", channel_ids=[channel.id], territories=["IT"],
    )  # fmt: skip
    until = timezone.now()
    rights.update_right(actor, right.id, licensor="Others", territories=["FR"])
    rights.end_right(actor, right.id, until + timedelta(hours=2))
    sealed = export_pack(actor, scope_of_channels([channel.id], None, until))
    found = check(opened_bytes(sealed.body, tmp_path))
    assert found.faults == []
    kept = found.json(f"agreements/{right.id}.json")
    assert (kept["licensor"], kept["territories"], kept["ends"]) == ("Studio", ["IT"], None)


def test_an_export_is_a_deed_with_the_digest_of_its_manifest(actor: Actor, channel: Channel) -> None:
    sealed = export_pack(actor, scope_of_channels([channel.id], None, None))
    assert AuditRow.objects.order_by("-id")[0].detail["manifest"] == sealed.digest


def test_only_who_sees_cases_exports(staff: Callable[[str], User], channel: Channel) -> None:
    scope = scope_of_channels([channel.id], None, None)
    export_pack(Actor.staff(staff("Rights officer")), scope)
    with pytest.raises(PermissionDeniedError):
        export_pack(Actor.staff(staff("Help desk")), scope)


def right_need(found: Pack) -> str:
    """What the document proves; and it lies in the pack under its hash."""
    (piece,) = found.json("agreements/1.json")["evidence"]
    assert found.files[f"agreements/1-{piece['sha256']}.pdf"] == b"%PDF the contract"
    return str(piece["need"])


def test_sessions_are_counted_by_the_right_they_stood_on(actor: Actor, channel: Channel, tmp_path: Path) -> None:
    began = timezone.now()
    for number in range(3):
        session = SessionRow.objects.create(
            id=f"1-{number}", sid=f"s{number}", edge=1, line_id=7, channel_id=channel.id, watched="One", kind="hls",
            began=began,
        )  # fmt: skip
        StandRow.objects.create(
            session=session, right_id=1, reference="12/2026", channel_id=channel.id, territory="IT", line_id=7,
            sid=session.sid, began=began,
        )  # fmt: skip
    found = check(opened_bytes(export_pack(actor, scope_of_channels([channel.id], None, None)).body, tmp_path))
    assert found.faults == []
    assert any(line.startswith("  12/2026, One: 3 sessions from") for line in told(found))


def test_notices_are_told_without_who_sent_them(actor: Actor, channel: Channel, tmp_path: Path) -> None:
    notice = Notice.objects.create(
        reference="N-7", kind="dsa", way="form", state="received", received=timezone.now(), sha256="0" * 64,
        sender="Mario Rossi", email="mario@example.org", targets=[channel.id],
    )  # fmt: skip
    NoticeStep.objects.create(notice=notice, at=timezone.now(), by="owner", step="triage", state="triage")
    found = check(opened_bytes(export_pack(actor, scope_of_channels([channel.id], None, None)).body, tmp_path))
    assert found.faults == []
    assert any(line.startswith("  N-7 (dsa), received") for line in told(found))
    assert not any(b"mario" in body.lower() for body in found.files.values())


def test_takedowns_of_the_channel_or_the_case_are_told_with_their_acknowledgements(
    actor: Actor, channel: Channel, tmp_path: Path
) -> None:
    with operating(actor, "") as deed:
        deed.record("takedown.order", 4, "took down One", channels=[channel.id], case="")
        deed.record("takedown.acknowledge", 4, "edge 1 is dark after 0.412 s", channels=[channel.id], case="")
        deed.record("takedown.order", 5, "took down a film", channels=[], case="AZ 7/26")
        deed.record("takedown.order", 6, "took down something else", channels=[99], case="")
    found = check(opened(pack_of(actor, channel, tmp_path / "pack.zip")))
    assert found.faults == []
    dark = "\n".join(told(found)).partition("WENT DARK")[2]
    assert "edge 1 is dark after 0.412 s" in dark
    assert "took down a film" in dark
    assert "something else" not in dark


def opened_bytes(body: bytes, folder: Path) -> Pack:
    (folder / "other.zip").write_bytes(body)
    return opened(folder / "other.zip")
