"""Where a channel is sent without being asked: multicast and unicast datagrams for managed networks.

Addresses are udp://GROUP:PORT or rtp://GROUP:PORT with options; pure text, sockets are the headend's business.
"""

from __future__ import annotations

import enum
import ipaddress
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from rightcast.domain.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_OUTPUTS = 16
DEFAULT_TTL = 16
_EXAMPLE = "Write for example rtp://239.10.1.7:5000?ttl=16&interface=eth1."
_OPTIONS = frozenset({"ttl", "interface", "dscp", "pace"})
_INTERFACE = re.compile(r"[A-Za-z0-9_.:-]{1,45}")
_CONTROL_BLOCK = ipaddress.ip_network("224.0.0.0/24")  # never forwarded; routing protocols live there (RFC 5771)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Pace(enum.StrEnum):
    """When datagrams leave: evenly by the stream's own clock (PCR), or as the ring brings them."""

    PCR = "pcr"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One address that was read. `interface` is a name or an own address, empty for the system's choice.

    `dscp` marks datagrams for networks that sort traffic (RFC 2474).
    """

    url: str
    rtp: bool
    host: Address
    port: int
    ttl: int = DEFAULT_TTL
    interface: str = ""
    dscp: int = 0
    pace: Pace = Pace.PCR

    @property
    def target(self) -> tuple[str, int]:
        """Address and port, by which two outputs or an output and a source are the same."""
        return str(self.host), self.port


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """Addresses that the channel's stream is sent to while a right in force covers the station's territory."""

    urls: tuple[str, ...] = ()

    def check(self) -> None:
        """Raises InvalidInputError (field `urls`)."""
        if len(self.urls) > MOST_OUTPUTS:
            raise InvalidInputError(
                f"A channel cannot be sent to {len(self.urls)} addresses.",
                remedy=f"{MOST_OUTPUTS} are the most; a multicast group reaches any number of receivers.",
                field="urls",
            )
        targets = [output.target for output in self.read()]
        twice = next((one for one in targets if targets.count(one) > 1), None)
        if twice is not None:
            raise InvalidInputError(
                f"{twice[0]} port {twice[1]} is named twice.", remedy="Leave one of the two out.", field="urls"
            )

    def read(self) -> list[Output]:
        """The addresses in order. Raises InvalidInputError (field `urls`)."""
        return [parse_output(url) for url in self.urls]


def parse_output(url: str) -> Output:
    """Read one address. Raises InvalidInputError (field `urls`)."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port or 0
        host = ipaddress.ip_address((parts.hostname or "").split("%")[0])
        pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError as error:
        raise _wrong(f"'{url}' is not an address to send to: {error}.") from error
    options = dict(pairs)
    if parts.scheme not in {"udp", "rtp"} or parts.username is not None or parts.path.strip("/") or parts.fragment:
        raise _wrong(f"'{url}' is not an address to send to.")
    unknown = next((name for name in options if name not in _OPTIONS), None)
    if unknown is not None or len(options) != len(pairs):
        raise _wrong(f"'{unknown or parts.query}' is no option of an output, or is named twice.")
    _check_target(host, port)
    interface = options.get("interface", "")
    if interface and not _INTERFACE.fullmatch(interface):
        raise _wrong(f"'{interface}' is not the name or address of an interface.")
    if options.get("pace", Pace.PCR) not in set(Pace):
        raise _wrong("pace is 'pcr' or 'none'.")
    return Output(
        url=url.strip(),
        rtp=parts.scheme == "rtp",
        host=host,
        port=port,
        ttl=_number(options, "ttl", DEFAULT_TTL, 255),
        interface=interface,
        dscp=_number(options, "dscp", 0, 63),
        pace=Pace(options.get("pace", Pace.PCR)),
    )


def collision(output: Output, sources: Iterable[tuple[str, str]]) -> str | None:
    """The name of the channel that would receive what is sent; `sources` are names and source addresses."""
    for name, url in sources:
        try:
            parts = urlsplit(url)
            port, host = parts.port, parts.hostname or ""
        except ValueError:
            continue
        if parts.scheme not in {"udp", "rtp"} or port != output.port:
            continue
        if _same_place(host, output.host):
            return name
    return None


def _same_place(host: str, target: Address) -> bool:
    """A source without an address of its own listens on all of this machine, so on loopback as well."""
    try:
        listening = ipaddress.ip_address(host)
    except ValueError:
        return target.is_loopback
    return listening == target or (listening.is_unspecified and target.is_loopback)


def _check_target(host: Address, port: int) -> None:
    if not 1 <= port <= 65535:
        raise _wrong("The address names no port.")
    if host.is_unspecified or str(host) == "255.255.255.255" or (host.is_link_local and not host.is_multicast):
        raise _wrong(f"Nothing can be sent to {host}.")
    if host.version == 4 and host in _CONTROL_BLOCK:
        raise _wrong(f"{host} is reserved for the network's own control; groups of operators begin at 239.0.0.0.")


def _number(options: dict[str, str], name: str, default: int, most: int) -> int:
    text = options.get(name, str(default))
    if not (text.isascii() and text.isdigit() and int(text[:6]) <= most):
        raise _wrong(f"{name} is a number from 0 to {most}.")
    return int(text)


def _wrong(sentence: str) -> InvalidInputError:
    return InvalidInputError(sentence, remedy=_EXAMPLE, field="urls")
