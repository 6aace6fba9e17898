"""A notice's way through the panel: taken in, decided, reasoned, disputed, restored by another person."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import TYPE_CHECKING

import msgspec
import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from rightcast.contract.notices import Filled, Objection, SentNotice, SentWord
from rightcast.domain.errors import ConflictError, InvalidInputError
from rightcast.domain.findings import KINDS
from rightcast.domain.library import TitleKind
from rightcast.domain.notices import NoticeKind, Side, State, Step, Way
from rightcast.panel.alarms.models import NotifierRow
from rightcast.panel.alarms.notify.contract import DeliveryError
from rightcast.panel.alarms.queries import intent
from rightcast.panel.audit.models import AuditRow
from rightcast.panel.audit.operations import Actor
from rightcast.panel.library import operations as library
from rightcast.panel.notices import course, flaggers, intake, jobs, operations, posting, queries
from rightcast.panel.notices.forgetting import erase_sender, forget_senders
from rightcast.panel.notices.models import DeskRow, Letter, LetterState, Notice
from rightcast.panel.staff.groups import ensure_groups
from rightcast.panel.takedowns.models import Takedown
from rightcast.panel.takedowns.queries import takedown_records
from rightcast.state.notices import NoticeBox

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse
    from pytest_django import DjangoCaptureOnCommitCallbacks

    from rightcast.contract.station import StationSettings
    from rightcast.panel.alarms.notify.contract import Way as MailWay
    from rightcast.panel.catalogue.models import Channel

pytestmark = pytest.mark.django_db
REF = "N7K2M4QX9PA"
WHY = "We have looked at it with care."
REASONS = {
    "ground": "Directive 2001/29/EC, Article 3",
    "explanation": "No agreement covers the film.",
    "facts": "The operator compared its agreements with what was on air.",
    "content_date": "2020-01-01",
    "affected_email": "channel@one.example",
}


@pytest.fixture
def box(station: StationSettings) -> NoticeBox:
    return NoticeBox(station.notices)


def send(box: NoticeBox, channel: Channel, reference: str = REF, **more: object) -> Notice:
    """Let a notice arrive as an edge leaves it."""
    filled = Filled(
        kind=more.pop("kind", NoticeKind.DSA),  # type: ignore[arg-type] # a kind
        addresses=(f"https://tv.example/live/anna/secret/{channel.pk}.ts",),
        work="The Film", reasons="We hold the rights for this film.", sender="Studio", email="law@studio.example",
        good_faith=True,
    )  # fmt: skip
    way = more.pop("way", Way.FORM)
    original = msgspec.json.encode(filled)
    sent = SentNotice(reference=reference, way=way, received=time.time(), original=original, **more)  # type: ignore[arg-type] # by name
    assert box.send(sent)
    assert intake.take_in(box) == 1
    return Notice.objects.get(reference=reference)


def deed(browser: Client, row: Notice, name: str, **fields: object) -> HttpResponse:
    return browser.post(f"/notices/{row.reference}/act/", {"deed": name, **fields})  # type: ignore[return-value] # Django's


def officer(name: str) -> Client:
    user = User.objects.create_user(name, password="pw", is_staff=True)
    user.groups.add(Group.objects.get(name="Rights officer"))
    browser = Client()
    browser.force_login(user)
    return browser


@pytest.fixture
def on_air(channel: Channel) -> Channel:
    channel.wanted = True
    channel.save()
    return channel


def test_a_notice_is_taken_in_once_and_its_sender_is_told(box: NoticeBox, channel: Channel) -> None:
    row = send(box, channel)
    assert (row.state, row.targets, row.sender) == ("acknowledged", [channel.pk], "Studio")
    assert row.due_what == "decide"
    assert box.kept(row.sha256) is not None
    assert box.sent(REF) is None
    letter = Letter.objects.get()
    assert letter.to == "law@studio.example"
    assert REF in letter.subject
    assert AuditRow.objects.filter(action="notice.take").count() == 1


def test_what_was_taken_in_before_the_station_died_is_not_taken_twice(box: NoticeBox, channel: Channel) -> None:
    row = send(box, channel)
    original = box.kept(row.sha256) or b""
    box.send(SentNotice(reference=REF, way=Way.FORM, received=1.0, original=original))
    intake.take_in(box)
    assert Notice.objects.count() == 1
    assert box.notices(9) == []


def test_a_mail_that_cannot_be_read_is_kept_and_shown(box: NoticeBox, console: Client) -> None:
    intake.post_mail(box, b"\x00\x01", 1.0)
    intake.post_mail(box, b"\x00\x01", 2.0)
    assert intake.take_in(box) == 1
    row = Notice.objects.get()
    assert (row.unreadable, row.state) == (True, "received")
    assert b"unreadable" in console.get("/notices/").content
    answer = console.get(f"/notices/{row.reference}/original")
    assert answer.content == b"\x00\x01"
    assert answer["Content-Disposition"].startswith("attachment")


def test_mails_in_the_folder_are_taken_in_and_half_written_ones_wait(box: NoticeBox, station: StationSettings) -> None:
    made = EmailMessage()
    made["From"], made["Subject"] = "law@studio.example", "A film"
    made.set_content("See https://tv.example/live/a/b/1.ts\n")
    new = station.notices / "mail" / "new"
    new.mkdir(parents=True)
    (new / "1.host").write_bytes(made.as_bytes())
    (station.notices / "mail" / "half.eml").write_bytes(b"From: a")
    jobs.look()
    assert Notice.objects.get().email == "law@studio.example"
    assert [path.name for path in (station.notices / "mail").rglob("*") if path.is_file()] == ["half.eml"]


def test_an_answer_by_mail_goes_to_its_notice(box: NoticeBox, channel: Channel, actor: Actor) -> None:
    row = send(box, channel)
    operations.ask(actor, row.pk, "Since when do you hold it?")
    made = EmailMessage()
    made["From"], made["Subject"] = "law@studio.example", f"Re: [{REF}] We need to know more"
    made.set_content("Since 2019.\n")
    intake.post_mail(box, made.as_bytes(), time.time())
    intake.take_in(box)
    row.refresh_from_db()
    assert (Notice.objects.count(), row.state) == (1, "triaged")
    assert "Since 2019." in row.steps.last().text  # type: ignore[union-attr] # there is one


def test_what_a_notice_names_is_taken_down_and_reasons_follow(box: NoticeBox, on_air: Channel, console: Client) -> None:
    row = send(box, on_air)
    assert deed(console, row, "act", channels=on_air.pk, message=WHY).status_code == 302
    row.refresh_from_db()
    (dark,) = Takedown.objects.all()
    assert (dark.case, dark.channel_ids, dark.cause) == (REF, [on_air.pk], "notice")
    assert (row.state, row.takedowns, row.due_what) == ("acted", [dark.pk], "state")
    assert deed(console, row, "state", **REASONS).status_code == 302
    row.refresh_from_db()
    assert row.state == "stated"
    body = json.loads(console.get(f"/notices/{REF}/statement.json").content)
    assert body["puid"] == REF
    assert body["decision_ground"] == "DECISION_GROUND_ILLEGAL_CONTENT"
    assert Letter.objects.get(what="stated").to == "channel@one.example"


def test_reasons_that_name_the_sender_are_refused_and_nothing_typed_is_lost(
    box: NoticeBox, on_air: Channel, console: Client
) -> None:
    row = send(box, on_air)
    deed(console, row, "act", channels=on_air.pk, message=WHY)
    answer = deed(console, row, "state", **{**REASONS, "facts": "Studio wrote to us."})
    assert answer.status_code == 422
    assert b"Studio wrote to us." in answer.content
    assert b"Statements are public" in answer.content


@pytest.mark.parametrize("fields", [{"message": "short"}, {"message": WHY, "more": "no such channel"}, {"message": ""}])
def test_a_deed_that_is_refused_changes_nothing(
    box: NoticeBox, on_air: Channel, console: Client, fields: dict[str, str]
) -> None:
    row = send(box, on_air)
    assert deed(console, row, "act", channels=on_air.pk, **fields).status_code == 422
    row.refresh_from_db()
    assert (Takedown.objects.count(), row.state) == (0, "acknowledged")


def test_only_another_person_restores_where_there_are_two(
    box: NoticeBox, on_air: Channel, staff: Callable[[str], User]
) -> None:
    staff("Help desk")
    anna, bruno = officer("anna"), officer("bruno")
    row = send(box, on_air)
    deed(anna, row, "act", channels=on_air.pk, message=WHY)
    assert b"Another person" in deed(anna, row, "restore", message=WHY).content
    with pytest.raises(ConflictError):
        operations.restore(Actor.cli(), row.pk, WHY)
    assert deed(bruno, row, "restore", message=WHY).status_code == 302
    row.refresh_from_db()
    assert row.state == "restored"


def test_a_station_of_one_may_restore(box: NoticeBox, on_air: Channel) -> None:
    row = send(box, on_air)
    operations.act(Actor.cli(), row.pk, [on_air.pk], WHY)
    done, left = operations.restore(Actor.cli(), row.pk, WHY)
    assert done.state == "restored"
    assert left == []
    assert Takedown.objects.get().lifted is not None


def test_a_counter_notice_starts_the_clock_of_the_dmca(box: NoticeBox, on_air: Channel) -> None:
    row = send(box, on_air, kind=NoticeKind.DMCA)
    operations.act(Actor.cli(), row.pk, [on_air.pk], WHY)
    said = Objection(
        text="It is our own film.",
        name="One",
        contact="Via Roma 1",
        by_mistake=True,
        jurisdiction=True,
        signature="One",
    )
    original = msgspec.json.encode(said)
    word = SentWord(
        id="ab", reference=REF, side=Side.AFFECTED, step=Step.DISPUTE, received=time.time(), original=original
    )
    box.send(word)
    intake.take_in(box)
    row.refresh_from_db()
    assert (row.state, row.due_what) == ("disputed", "restore")
    assert "It is our own film." in Letter.objects.get(what="counter").text
    with pytest.raises(ConflictError):
        operations.restore(Actor.cli(), row.pk, WHY)
    assert operations.restore(Actor.cli(), row.pk, WHY, early=True)[0].state == "restored"


def test_a_rejection_may_be_disputed_and_upheld(box: NoticeBox, channel: Channel) -> None:
    row = send(box, channel)
    operations.reject(Actor.cli(), row.pk, WHY)
    standing = course.standing_of(Notice.objects.get())
    assert standing.disputable == (Side.SENDER,)
    operations.dispute(Actor.cli(), row.pk, Side.SENDER, "It is ours, look at the contract.")
    assert operations.uphold(Actor.cli(), row.pk, WHY).state == "upheld"
    with pytest.raises(ConflictError):
        operations.act(Actor.cli(), row.pk, [channel.pk], WHY)


def test_a_rejection_that_was_wrong_leads_to_a_takedown_and_restores_nothing(box: NoticeBox, on_air: Channel) -> None:
    row = send(box, on_air)
    operations.reject(Actor.cli(), row.pk, WHY)
    operations.dispute(Actor.cli(), row.pk, Side.SENDER, "It is ours, look at the contract.")
    with pytest.raises(ConflictError):
        operations.restore(Actor.cli(), row.pk, WHY)
    assert len(operations.act(Actor.cli(), row.pk, [on_air.pk], WHY).takedowns) == 1


def test_the_inbox_has_trusted_flaggers_first_then_what_is_due_first(box: NoticeBox, channel: Channel) -> None:
    flagger, _key = flaggers.add_flagger(Actor.cli(), name="Watch", email="a@watch.example", trusted=True)
    send(box, channel, "N0000000001")
    Notice.objects.update(due=timezone.now() - timedelta(days=1))
    send(box, channel, "N0000000002")
    send(box, channel, "N0000000003", way=Way.API, flagger_id=flagger.pk, own_id="7")
    assert [row.reference[-1] for row in queries.ours()] == ["3", "1", "2"]


def test_private_pages_hear_of_each_step(box: NoticeBox, channel: Channel, publishing: Callable[..., object]) -> None:
    row = send(box, channel)
    with publishing(execute=True):  # type: ignore[attr-defined] # a block
        operations.ask(Actor.cli(), row.pk, "Since when do you hold it?")
    standing = box.standing(REF)
    assert standing is not None
    assert (standing.state, standing.message) == (State.ASKED, "Since when do you hold it?")
    assert [one.state for one in standing.passed] == [State.RECEIVED, State.ACKNOWLEDGED, State.ASKED]


def test_edges_learn_of_flaggers_and_of_their_end(box: NoticeBox, publishing: Callable[..., object]) -> None:
    with publishing(execute=True):  # type: ignore[attr-defined] # a block
        row, key = flaggers.add_flagger(Actor.cli(), name="Watch")
    assert key.startswith("rcf_")
    assert [one.name for one in box.desk().flaggers] == ["Watch"]
    with publishing(execute=True):  # type: ignore[attr-defined] # a block
        flaggers.revoke_flagger(Actor.cli(), row.pk)
    assert box.desk().flaggers == ()


def test_letters_leave_by_the_mail_notifier_or_wait_for_a_hand(box: NoticeBox, channel: Channel) -> None:
    send(box, channel)
    posting.post(timezone.now())
    assert Letter.objects.get().state == LetterState.KEPT
    send(box, channel, "N0000000002")
    NotifierRow.objects.create(name="mail", kind="email", settings={"sender": "tv@one.example", "server": "mx"})
    sent: list[EmailMessage] = []

    def fails(_way: MailWay, _mail: EmailMessage) -> str:
        raise DeliveryError("no")

    assert posting.post(timezone.now(), fails) == 0
    later = timezone.now() + timedelta(hours=1)

    def takes(_way: MailWay, mail: EmailMessage) -> str:
        sent.append(mail)
        return "taken"

    assert posting.post(later, takes) == 1
    assert (sent[0]["To"], sent[0]["From"]) == ("law@studio.example", "tv@one.example")


def test_a_mails_sender_is_acknowledged_when_the_receipt_has_left(box: NoticeBox) -> None:
    intake.post_mail(box, b"From: law@studio.example\nSubject: Film\n\nIt is ours.\n", 1.0)
    intake.take_in(box)
    assert Notice.objects.get().state == "received"
    operations.handed_over(Actor.cli(), Letter.objects.get().pk)
    assert Notice.objects.get().state == "acknowledged"


@pytest.mark.parametrize("change", [{"holidays": "Christmas"}, {"decide_days": 0}, {"answer_days": 900}])
def test_promises_nobody_can_keep_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(InvalidInputError):
        flaggers.set_desk(Actor.cli(), DeskRow(**change))


def test_pages_show_and_only_for_who_decides(
    box: NoticeBox, channel: Channel, console: Client, staff: Callable[[str], User]
) -> None:
    send(box, channel)
    pages = (
        "/notices/",
        "/notices/live/",
        f"/notices/{REF}/",
        "/notices/desk/",
        "/notices/flaggers/",
        "/notices/?q=film",
    )
    assert [console.get(page).status_code for page in pages] == [200] * len(pages)
    assert console.get("/notices/NOBODY/").status_code == 404
    other = Client()
    other.force_login(staff("Help desk"))
    assert [other.get(page).status_code for page in pages] == [403] * len(pages)
    assert other.post(f"/notices/{REF}/act/", {"deed": "reject", "message": WHY}).status_code == 403


def test_a_flaggers_key_is_shown_once(console: Client) -> None:
    answer = console.post("/notices/flaggers/", {"deed": "add", "name": "Watch", "hourly": "60"})
    assert b"rcf_" in answer.content
    assert b"rcf_" not in console.get("/notices/flaggers/").content
    again = console.post("/notices/flaggers/", {"deed": "add", "name": "watch", "hourly": "60"})
    assert b"There is a flagger" in again.content


def test_what_is_offered_is_stored(console: Client, box: NoticeBox, publishing: Callable[..., object]) -> None:
    fields = {
        "dsa": "yes",
        "dmca": "yes",
        "decide_days": "3",
        "decide_trusted_days": "1",
        "answer_days": "9",
        "resolve_days": "9",
    }
    with publishing(execute=True):  # type: ignore[attr-defined] # a block
        assert console.post("/notices/desk/", fields).status_code == 302
    assert box.desk().kinds == (NoticeKind.DSA, NoticeKind.DMCA)
    assert b"That is no promise" in console.post("/notices/desk/", {**fields, "decide_days": "x"}).content


def test_a_title_is_taken_down_from_a_notice_and_restored_by_another(box: NoticeBox, actor: Actor) -> None:
    films = library.create_collection(actor, name="Films")
    title = library.create_title(actor, TitleKind.FILM, {"name": "The Film", "collection_id": films.id})
    address = f"https://tv.example/movie/anna/secret/{title.pk}.mp4"
    filled = Filled(
        kind=NoticeKind.DSA, addresses=(address,), work="The Film", reasons="We hold the rights for this film.",
        sender="Studio", email="law@studio.example", good_faith=True,
    )  # fmt: skip
    original = msgspec.json.encode(filled)
    assert box.send(SentNotice(reference=REF, way=Way.FORM, received=time.time(), original=original))
    intake.take_in(box)
    row = Notice.objects.get()
    assert (row.titles, row.targets) == ([title.pk], [])
    ensure_groups()
    one, other = officer("one"), officer("other")
    deed(one, row, "act", message=WHY, titles=[title.pk])
    takedown = Takedown.objects.get()
    assert (takedown.title_ids, takedown.channel_ids, takedown.case) == ([title.pk], [], REF)
    assert takedown_records([takedown.pk])[takedown.pk].title_ids == {title.pk}
    with pytest.raises(ConflictError, match=REF):
        library.remove_title(actor, title.pk)
    deed(one, row, "restore", message=WHY)
    takedown.refresh_from_db()
    assert takedown.lifted is None
    deed(other, row, "restore", message=WHY)
    takedown.refresh_from_db()
    assert takedown.lifted is not None
    library.remove_title(actor, title.pk)


def test_a_decision_is_narrowed_to_a_programme(box: NoticeBox, on_air: Channel) -> None:
    ensure_groups()
    row, browser = send(box, on_air), officer("one")
    span = {"shown_from": "2026-11-25T20:15", "shown_until": "2026-11-25T22:00"}
    for wrong in ({"shown_from": "later"}, {"shown_until": "2000-01-01T00:00"}):
        refused = deed(browser, row, "act", message=WHY, channels=[on_air.pk], **{**span, **wrong})
        assert (refused.status_code, Takedown.objects.count()) == (422, 0)
    deed(browser, row, "act", message=WHY, channels=[on_air.pk], **span)
    takedown = Takedown.objects.get()
    assert (takedown.shown_from, takedown.shown_until) == (
        datetime(2026, 11, 25, 20, 15, tzinfo=UTC),
        datetime(2026, 11, 25, 22, tzinfo=UTC),
    )


def test_what_is_overdue_is_an_alarm_until_it_is_done(box: NoticeBox, channel: Channel) -> None:
    row = send(box, channel)
    now = timezone.now()
    assert queries.overdue_findings(now) == ()
    (found,) = queries.overdue_findings(now + timedelta(days=30))
    assert (found.kind, found.subject.id, found.kind in KINDS) == ("notice-overdue", REF, True)
    assert found.detail.startswith("decide, owed by ")
    assert [one.kind for one in intent(now + timedelta(days=30), timedelta(days=1)).notices] == ["notice-overdue"]
    operations.reject(Actor.system(), row.pk, WHY)
    assert queries.overdue_findings(now + timedelta(days=30)) == ()


def test_the_inbox_is_narrowed_by_state_way_law_and_clock(box: NoticeBox, channel: Channel, console: Client) -> None:
    first = send(box, channel)
    second = send(box, channel, "N7K2M4QX9PB", way=Way.API, flagger_id=0)
    operations.reject(Actor.system(), second.pk, WHY)
    Notice.objects.filter(pk=first.pk).update(due=timezone.now() - timedelta(days=1))
    for asked, expected in {
        "state=rejected": [second],
        "way=form": [first],
        "kind=dmca-512": [],
        "late=yes": [first],
        "q=studio&way=api": [second],
        "state=nonsense": [],
    }.items():
        found = console.get(f"/notices/live/?{asked}").context["found"]
        assert [one.reference for one in found] == [one.reference for one in expected], asked


def test_the_sender_is_forgotten_when_nothing_is_owed_and_the_decision_stays(
    box: NoticeBox, channel: Channel, publishing: DjangoCaptureOnCommitCallbacks
) -> None:
    row = send(box, channel)
    now = timezone.now()
    with pytest.raises(ConflictError, match="not finished"):
        erase_sender(Actor.system(), row.pk)
    operations.reject(Actor.system(), row.pk, WHY)
    with pytest.raises(ConflictError, match="disputed"):
        erase_sender(Actor.system(), row.pk)
    assert forget_senders(now + timedelta(days=364)) == 0
    with publishing(execute=True):
        assert forget_senders(now + timedelta(days=366)) == 1
    row.refresh_from_db()
    assert (row.sender, row.email, row.reasons, row.addresses) == ("", "", "", [])
    assert (row.state, row.message, row.decided is not None) == ("rejected", WHY, True)
    assert not Letter.objects.exclude(to="", text="").exists()
    assert box.kept(row.sha256) is None
    assert forget_senders(now + timedelta(days=366)) == 0
    with pytest.raises(ConflictError, match="already"):
        erase_sender(Actor.system(), row.pk)


def test_the_sender_stays_known_while_what_was_taken_down_is_dark(box: NoticeBox, on_air: Channel) -> None:
    ensure_groups()
    row, browser = send(box, on_air), officer("one")
    deed(browser, row, "act", message=WHY, channels=[on_air.pk])
    deed(browser, row, "state", **REASONS)
    late = timezone.now() + timedelta(days=3660)
    assert forget_senders(late) == 0
    deed(officer("other"), row, "restore", message=WHY)
    assert forget_senders(late) == 1
