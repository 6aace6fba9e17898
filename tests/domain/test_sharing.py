"""Sharing is weighed by signs that each say their ground; a household as it is weighs nothing much."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rightcast.domain.sharing import SUSPECT, Sighting, Sign, distance_km, network_of, weigh

NOW = 1_000_000_000.0
HOME, PHONE = "192.0.2.0/24", "198.51.100.0/24"


def seen(network: str, device: str, ago_h: float, for_h: float = 1.0, **place: object) -> Sighting:
    started = NOW - ago_h * 3600
    return Sighting(started=started, seen=started + for_h * 3600, network=network, device=device, **place)  # type: ignore[arg-type] # country and position


def signs(*sightings: Sighting, screens: int = 2) -> dict[Sign, int]:
    return {one.sign: one.points for one in weigh(sightings, screens=screens, now=NOW).grounds}


def test_a_family_at_home_and_on_the_way_weighs_nothing() -> None:
    evening = [seen(HOME, f"player {number % 5}", number * 8 + 3, country="IT") for number in range(15)]
    assert not signs(*evening, seen(PHONE, "telephone", 3, country="IT"), seen(PHONE, "telephone", 20, country="IT"))


def test_many_networks_at_once_are_worth_a_look_alone() -> None:
    five = [seen(f"203.0.{number}.0/24", "same", 2) for number in range(5)]
    assert signs(*five) == {Sign.NETWORKS_AT_ONCE: 45}
    assert weigh(five, screens=2, now=NOW).is_worth_a_look
    assert not signs(*(seen(f"203.0.{number}.0/24", "same", 2 + 2 * number) for number in range(5)))


def test_two_countries_at_once_and_one_after_the_other_are_two_signs() -> None:
    at_once = seen(HOME, "a", 3, country="IT"), seen(PHONE, "b", 2.5, country="PT")
    assert signs(*at_once) == {Sign.COUNTRIES_AT_ONCE: 30}
    later = seen(HOME, "a", 3, country="IT"), seen(PHONE, "b", 1.9, country="PT")
    assert signs(*later) == {Sign.TRAVEL: 35}
    assert not signs(seen(HOME, "a", 9, country="IT"), seen(PHONE, "b", 2, country="PT"))


def test_travel_is_judged_by_distance_where_it_is_known() -> None:
    rome, milan, lisbon = (41.9, 12.5), (45.46, 9.19), (38.7, -9.1)
    assert 470 < distance_km(rome, milan) < 490
    jump = seen(HOME, "a", 5, position=rome), seen(PHONE, "a", 3.5, position=lisbon)
    assert signs(*jump) == {Sign.TRAVEL: 35}
    assert not signs(seen(HOME, "a", 5, position=rome), seen(PHONE, "a", 3, position=milan))


def test_players_count_beyond_what_the_screens_let_expect() -> None:
    many = [seen(HOME, f"player {number}", 30 + 2 * number) for number in range(14)]
    assert signs(*many, screens=2) == {Sign.DEVICES: 18}
    assert not signs(*many, screens=5)


def test_day_and_night_is_a_sign_but_not_alone() -> None:
    found = weigh([seen(HOME, "a", 24, 12), seen(HOME, "b", 13, 13)], screens=2, now=NOW)
    assert [one.sign for one in found.grounds] == [Sign.DAY_AND_NIGHT]
    assert found.points < SUSPECT


def test_what_is_older_than_a_week_is_forgotten() -> None:
    assert not signs(*(seen(f"203.0.{number}.0/24", "same", 200) for number in range(9)))


def test_only_the_network_of_an_address_is_kept() -> None:
    assert network_of("81.2.69.142") == "81.2.69.0/24"
    assert network_of("::ffff:8.8.8.8") == "8.8.8.0/24"
    assert network_of("2a00:1450:4002:411::200e") == "2a00:1450:4002::/48"
    assert network_of("192.168.1.7") == network_of("fe80::1") == "own"
    assert network_of("somewhere") == ""


_sightings = st.builds(
    lambda network, device, ago, hours, country: seen(f"n{network}", f"d{device}", ago, hours, country=country),
    st.integers(0, 6), st.integers(0, 20), st.floats(0, 170), st.floats(0, 20), st.sampled_from(["", "IT", "PT", "FR"]),
)  # fmt: skip


@given(st.lists(_sightings, max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_sightings_does_not_matter_and_every_point_has_a_ground(
    sightings: list[Sighting], order: object
) -> None:
    found = weigh(sightings, screens=2, now=NOW)
    shuffled = list(sightings)
    order.shuffle(shuffled)  # type: ignore[attr-defined] # a Random
    assert weigh(shuffled, screens=2, now=NOW) == found
    assert 0 <= found.points <= 100
    assert all(one.points > 0 and one.sentence for one in found.grounds)
    assert weigh(sightings, screens=9, now=NOW).points <= found.points
