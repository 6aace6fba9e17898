"""Looking into a source: what is in it, or why nothing could be found out."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from rightcast.domain.errors import (
    InvalidInputError,
    NotATransportStreamError,
    RightcastError,
    SourceUnreachableError,
)
from rightcast.headend import probe as probing
from rightcast.headend.probe import probe
from tests.headend.senders import HttpServer, datagrams, free_port, head, pour, send_datagrams, sending
from tests.headend.signals import captures, multiplex_signal, packet, signal

if TYPE_CHECKING:
    import asyncio
    from pathlib import Path


async def test_a_stream_over_udp_tells_its_service_codecs_and_bitrate() -> None:
    port = free_port(socket.SOCK_DGRAM)
    async with sending(send_datagrams(datagrams(signal().read_bytes()), "127.0.0.1", port, per_step=3)):
        result = await probe(f"udp://127.0.0.1:{port}", seconds=1.5)
    (service,) = result.services
    assert service.resolution == "320x180"
    assert service.codecs.startswith("avc1.")
    assert [stream.codec for stream in service.streams] == ["h264", "aac"]
    assert result.bitrate_bps > 100_000
    assert not result.scrambled


async def test_a_multiplex_tells_all_its_services(tmp_path: Path) -> None:
    result = await probe(f"file://{multiplex_signal(3)}", seconds=2)
    assert [(service.service_id, service.name) for service in result.services] == [
        (1, "Service 1"),
        (2, "Service 2"),
        (3, "Service 3"),
    ]
    assert all(service.bitrate_bps > 50_000 for service in result.services)
    assert any("choose a service id" in remark for remark in result.remarks)


async def test_a_test_card_tells_its_name() -> None:
    result = await probe("testcard:///?name=Uno&pattern=radio", seconds=1)
    assert [service.name for service in result.services] == ["Uno"]
    assert [stream.kind for stream in result.services[0].streams] == ["audio"]


async def test_a_real_multiplex_tells_names_languages_and_teletext() -> None:
    folder = captures()
    if folder is None:
        pytest.skip("no captures beside the repository")
    result = await probe(f"file://{folder}/dvb-t-mux-8-services.ts", seconds=1.2)
    services = {service.service_id: service for service in result.services}
    assert len(services) == 8
    assert services[3401].name == "Rai 1"
    assert services[3401].resolution == "720x576"
    assert {"teletext", "audio", "video"} <= {stream.kind for stream in services[3401].streams}
    assert "ita" in {stream.language for stream in services[3401].streams}


async def test_scrambled_packets_are_said() -> None:
    folder = captures()
    if folder is None:
        pytest.skip("no captures beside the repository")
    result = await probe(f"file://{folder}/h264-scte35-teletext.ts", seconds=1)
    assert result.scrambled
    assert any("Scrambled" in remark for remark in result.remarks)


@pytest.mark.parametrize(
    ("url", "failure", "words"),
    [
        ("ftp://example.test/a", InvalidInputError, "not accepted"),
        ("udp://239.1.1.1", InvalidInputError, "no port"),
        ("http://169.254.169.254/latest/meta-data", InvalidInputError, "may not use"),
        ("rtmp://169.254.169.254/a/b", InvalidInputError, "may not use"),
        ("http://no-such-host.invalid/a.ts", SourceUnreachableError, "not known"),
        ("rtsp://no-such-host.invalid/a", SourceUnreachableError, "not known"),
        ("file:///no/such/file.ts", SourceUnreachableError, "no file"),
    ],
)
async def test_an_address_that_leads_nowhere_says_why(url: str, failure: type[RightcastError], words: str) -> None:
    with pytest.raises(failure, match=words) as caught:
        await probe(url)
    assert caught.value.field == "url"
    assert caught.value.remedy


@pytest.mark.parametrize("scheme", ["http", "rtmp", "rtsp"])
async def test_a_refused_connection_says_so_without_the_password(scheme: str) -> None:
    with pytest.raises(SourceUnreachableError, match="Connection refused") as caught:
        await probe(f"{scheme}://anna:hunter2@127.0.0.1:{free_port()}/live/key")
    assert "hunter2" not in str(caught.value)


async def test_a_web_page_is_no_transport_stream() -> None:
    async def answer(_path: str, writer: asyncio.StreamWriter) -> None:
        writer.write(head(Content_Type="text/html"))
        await pour(writer, b"<html>Good morning</html>" * 3000)

    async with HttpServer(answer) as server:
        with pytest.raises(NotATransportStreamError):
            await probe(f"http://anna:hunter2@127.0.0.1:{server.port}/", seconds=0.5)


async def test_a_file_of_text_is_no_transport_stream(tmp_path: Path) -> None:
    (tmp_path / "a.ts").write_text("Good morning. " * 500)
    with pytest.raises(NotATransportStreamError):
        await probe(f"file://{tmp_path}/a.ts")


async def test_packets_without_tables_are_named() -> None:
    port = free_port(socket.SOCK_DGRAM)
    data = b"".join(bytes(packet(0x100, counter=number & 15)) for number in range(2000))
    async with sending(send_datagrams(datagrams(data), "127.0.0.1", port, per_step=2)):
        with pytest.raises(NotATransportStreamError, match="no table"):
            await probe(f"udp://127.0.0.1:{port}", seconds=0.5)


async def test_silence_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probing, "_FIRST_BYTE_S", 0.3)
    with pytest.raises(SourceUnreachableError, match="Nothing came"):
        await probe(f"udp://127.0.0.1:{free_port(socket.SOCK_DGRAM)}", seconds=0.3)
