"""What a channel's signal depends on: multiplex, host, network interface and headend process, the narrowest first."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import parse_qsl, urlsplit

from rightcast.domain.findings import Subject, SubjectKind
from rightcast.domain.sources import redact

_DATAGRAMS = frozenset({"udp", "rtp"})
_LOCAL = frozenset({"file", "testcard"})


@lru_cache(maxsize=16_384)
def dependencies(url: str, shard: int) -> tuple[Subject, ...]:
    """The dependencies of a channel that takes its signal from `url` in headend process `shard`.

    Of a multicast group the host is its sender when the address names one: a group is no machine.
    """
    headend = Subject(SubjectKind.HEADEND, str(shard), f"Headend {shard + 1}")
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return (headend,)
    if not url or parts.scheme in _LOCAL:
        return (headend,)
    found = [Subject(SubjectKind.MULTIPLEX, url, redact(url))]
    if parts.scheme in _DATAGRAMS:
        host = parts.username or ""
        interface = dict(parse_qsl(parts.query)).get("interface", "")
        if host:
            found.append(Subject(SubjectKind.HOST, host, host))
        if interface:
            found.append(Subject(SubjectKind.INTERFACE, interface, interface))
    elif host:
        found.append(Subject(SubjectKind.HOST, host, host))
    return (*found, headend)
