"""The Sessions page: what edges report as a table, a map and a file, and a session that is cut."""

from __future__ import annotations

import csv
import io
import time
from typing import TYPE_CHECKING

from rightcast.contract.reports import EdgeReport, SessionReport
from rightcast.panel.catalogue import operations as catalogue
from rightcast.panel.console.watching import UNKNOWN, Wish, by_country, fitting, watchers
from rightcast.panel.console.world import LARGEST, dots, land, places
from rightcast.panel.places.operations import put_network
from rightcast.panel.territories import CODES
from rightcast.panel.tracing.models import Revocation
from rightcast.state.reports import FileReports

if TYPE_CHECKING:
    from django.test import Client

    from rightcast.contract.station import StationSettings
    from rightcast.panel.audit.operations import Actor


def session(
    sid: str = "s1", line: str = "anna", address: str = "192.0.2.7", player: str = "VLC", **more: object
) -> SessionReport:
    wanted: dict[str, object] = {"line_id": 1, "channel_id": 1, "kind": "ts", "opened": time.time() - 90, "right_id": 1}
    return SessionReport(sid=sid, line=line, address=address, player=player, **{**wanted, **more})  # type: ignore[arg-type]


def edge(*sessions: SessionReport, number: int = 1) -> EdgeReport:
    now = time.time()
    return EdgeReport(
        edge=number,
        pid=1,
        at=now,
        started=now,
        version="0",
        revision=1,
        heard=now,
        sessions=list(sessions),
        refusals={},
        recent_refusals=[],
    )


def test_words_narrow_by_line_channel_address_and_player() -> None:
    edges = [edge(session("a", "anna"), session("b", "bruno", "198.51.100.4", "TiviMate/5"))]
    rows = watchers(edges, {1: "Canale 7"}, lambda _: "IT", time.time())
    assert [one.sid for one in fitting(rows, Wish(words="tivimate canale"))] == ["b"]
    assert fitting(rows, Wish(words="anna tivimate")) == []


def test_a_column_sorts_both_ways() -> None:
    rows = watchers([edge(session("a", "Zoe"), session("b", "anna"))], {}, lambda _: "", time.time())
    assert [one.line for one in fitting(rows, Wish(sort="line"))] == ["anna", "Zoe"]
    assert [one.line for one in fitting(rows, Wish(sort="-line"))] == ["Zoe", "anna"]


def test_places_that_are_not_known_are_counted_as_such_and_can_be_chosen() -> None:
    rows = watchers([edge(session("a"), session("b"), session("c", address="10.0.0.1"))], {},
                    lambda address: "IT" if address.startswith("192") else "", time.time())  # fmt: skip
    assert by_country(rows) == [("IT", 2), (UNKNOWN, 1)]
    assert [one.sid for one in fitting(rows, Wish(country=UNKNOWN))] == ["c"]


def test_each_territory_has_a_place_on_the_map() -> None:
    assert places() == CODES


def test_the_area_of_a_circle_is_its_share_of_the_largest() -> None:
    italy, france = dots({"IT": 400, "FR": 100, UNKNOWN: 9, "GB": 0})
    assert (italy.code, italy.radius, france.radius) == ("IT", LARGEST, LARGEST / 2)
    assert land().startswith("M")


def test_the_page_shows_who_watches_what_and_from_where(
    station: StationSettings, console: Client, actor: Actor
) -> None:
    made = catalogue.create_channel(actor, name="Canale 7", sources=[catalogue.SourceInput("udp://239.1.1.1:5000")])
    put_network(actor, cidr="192.0.2.0/24", name="Floor 3", country="IT")
    FileReports(station.reports).put("edge-1", edge(session(channel_id=made.id), number=1))
    page = console.get("/sessions/").content.decode()
    for word in ("1 session on 1 line", "anna", "Canale 7", "192.0.2.7", "<b>IT</b>", "<title>IT: 1</title>"):
        assert word in page
    assert "No session fits" in console.get("/sessions/live/?q=nobody").content.decode()


def test_a_station_without_viewers_says_what_will_stand_here(station: StationSettings, console: Client) -> None:
    page = console.get("/sessions/").content.decode()
    assert "Nobody is watching" in page
    assert "As soon as somebody opens a channel" in page


def test_strange_filters_show_everything(station: StationSettings, console: Client) -> None:
    FileReports(station.reports).put("edge-1", edge(session()))
    page = console.get("/sessions/?channel=%C2%B2&page=-7&sort=__class__&edge=&as=").content.decode()
    assert "1 session on 1 line" in page


def test_a_cut_session_is_revoked_and_the_page_comes_back_as_it_was(station: StationSettings, console: Client) -> None:
    FileReports(station.reports).put("edge-1", edge(session("s-77")))
    back = "/sessions/?q=anna"
    answer = console.post("/sessions/cut/", {"sid": "s-77", "back": back})
    assert answer["Location"] == back
    assert Revocation.objects.get().sid == "s-77"


def test_a_session_that_is_gone_is_not_revoked(station: StationSettings, console: Client) -> None:
    answer = console.post("/sessions/cut/", {"sid": "gone", "back": "https://elsewhere.example/"})
    assert answer["Location"] == "/sessions/"
    assert not Revocation.objects.exists()


def test_the_file_holds_what_fits_and_no_formulas(station: StationSettings, console: Client) -> None:
    FileReports(station.reports).put("edge-1", edge(session("a"), session("b", "bruno", player="=HYPERLINK(1)")))
    told = list(csv.DictReader(io.StringIO(console.get("/sessions/sessions.csv?q=bruno").content.decode())))
    assert [(one["line"], one["player"]) for one in told] == [("bruno", "'=HYPERLINK(1)")]


def test_ten_thousand_sessions_cost_few_queries(
    station: StationSettings, console: Client, django_assert_max_num_queries: object
) -> None:
    FileReports(station.reports).put(
        "edge-1", edge(*(session(f"s{n}", f"line{n}", f"10.0.{n // 250}.{n % 250}") for n in range(10_000)))
    )
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        page = console.get("/sessions/").content.decode()
    assert "1 to 100 of 10,000" in page
