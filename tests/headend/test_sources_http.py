"""Endless transport streams over HTTP: every form of answer, and every way it can fail."""

from __future__ import annotations

import asyncio
import base64
import datetime
import ssl
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from rightcast.contract.ring import Closed
from rightcast.domain.errors import InvalidInputError, RightcastError, SourceUnreachableError
from rightcast.formats.icy import Interleaver
from rightcast.formats.id3 import title_of
from rightcast.formats.mpegts.elementary import stretch
from rightcast.formats.mpegts.radio_stream import TITLE_PID
from rightcast.headend.sources import guard
from rightcast.headend.sources.ending import SourceEndedError
from rightcast.headend.sources.opening import open_receiver
from tests.headend.ringside import Studio
from tests.headend.senders import Hearing, HttpServer, free_port, head, pour, workshop
from tests.headend.signals import signal
from tests.mpegts.test_radio_stream import sound as signal_of_radio

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from rightcast.headend.sources.receiver import Receiver

    Answer = Callable[[str, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture(scope="module")
def stream() -> bytes:
    return signal(seconds=4).read_bytes()


def _endless(data: bytes, *, chunked: bool = False) -> Answer:
    async def answer(_path: str, writer: asyncio.StreamWriter) -> None:
        writer.write(head(Content_Type="video/mp2t", **({"Transfer_Encoding": "chunked"} if chunked else {})))
        await pour(writer, data, chunked=chunked)
        await asyncio.sleep(30)

    return answer


def _saying(answer: bytes) -> Answer:
    async def say(_path: str, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()

    return say


@pytest.mark.parametrize("chunked", [False, True])
async def test_the_body_arrives_as_it_was_sent(stream: bytes, chunked: bool) -> None:
    async with HttpServer(_endless(stream, chunked=chunked)) as server:
        with Hearing(f"http://127.0.0.1:{server.port}/a.ts?x=1") as heard:
            assert await heard.gets(len(stream)), heard.intake.trouble
            assert heard.data == stream
        assert server.requests[0].startswith("GET /a.ts?x=1 HTTP/1.1\r\n")


async def test_a_redirect_is_followed_with_its_credentials(stream: bytes) -> None:
    pouring = _endless(stream)

    async def answer(path: str, writer: asyncio.StreamWriter) -> None:
        if path == "/old":
            writer.write(head("302 Found", Location="/new.ts", Content_Length="0"))
        else:
            await pouring(path, writer)

    async with HttpServer(answer) as server:
        with Hearing(f"http://anna:s%40cret@127.0.0.1:{server.port}/old") as heard:
            assert await heard.gets(len(stream)), heard.intake.trouble
    login = base64.b64encode(b"anna:s@cret").decode()
    assert [f"Authorization: Basic {login}" in request for request in server.requests] == [True, True]


@pytest.mark.parametrize(
    ("location", "sentence"),
    [
        ("file:///etc/passwd", "sources may not use"),
        ("ftp://127.0.0.1/a.ts", "sources may not use"),
        ("http://169.254.169.254/latest", "sources may not use"),
        ("http://[fe80::1]/a.ts", "sources may not use"),
        ("http://[::ffff:169.254.169.254]/a.ts", "sources may not use"),
        ("/again", "in circles"),
    ],
)
async def test_a_redirect_to_where_sources_may_not_go_is_refused(location: str, sentence: str) -> None:
    async with HttpServer(_saying(head("301 Moved", Location=location))) as server:
        with pytest.raises(RightcastError, match=sentence) as caught:
            await open_receiver(workshop(), f"http://127.0.0.1:{server.port}/").start()
    assert caught.value.field == "url"


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (head("404 Not Found"), "answered 404 Not Found"),
        (head("401 Unauthorized"), "answered 401"),
        (head("500 Oh"), "answered 500 Oh"),
        (b"SSH-2.0-OpenSSH_9\r\n\r\n", "does not speak HTTP"),
        (b"\x00" * 500, "does not speak HTTP"),
        (b"HTTP/1.1 abc\r\n\r\n", "does not speak HTTP"),
        (b"HTTP/1.1 200 OK\r\n" + b"a" * 70_000, "does not speak HTTP"),
        (b"", "hung up without an answer"),
        (b"HTTP/1.1 20", "hung up without an answer"),
    ],
)
async def test_an_answer_that_is_no_stream_says_what_came(answer: bytes, sentence: str) -> None:
    async with HttpServer(_saying(answer)) as server:
        with pytest.raises(SourceUnreachableError, match=sentence) as caught:
            await open_receiver(workshop(), f"http://127.0.0.1:{server.port}/a.ts").start()
    assert caught.value.remedy


@pytest.mark.parametrize("host", ["127.0.0.1", "no-such-host.invalid"])
async def test_nobody_at_home_says_so(host: str) -> None:
    with pytest.raises(SourceUnreachableError, match=r"Connection refused|not known"):
        await open_receiver(workshop(), f"http://{host}:{free_port()}/a.ts").start()


async def test_a_name_that_leads_to_a_metadata_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    async def lie(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(2, 1, 6, "", ("169.254.169.254", 80))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", lie)
    with pytest.raises(InvalidInputError, match=r"'innocent\.example' stands for 169\.254\.169\.254"):
        await guard.resolve("innocent.example", 80)


async def test_a_silent_server_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rightcast.headend.sources.http_ts.OPEN_TIMEOUT_S", 0.2)

    async def wait(_path: str, _writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(5)

    async with HttpServer(wait) as server:
        with pytest.raises(SourceUnreachableError, match="did not answer within"):
            await open_receiver(workshop(), f"http://127.0.0.1:{server.port}/a.ts").start()


async def test_a_server_that_hangs_up_is_called_again(stream: bytes) -> None:
    part = stream[: 188 * 500]

    async def answer(_path: str, writer: asyncio.StreamWriter) -> None:
        writer.write(head() + part)
        await writer.drain()

    async with HttpServer(answer) as server:
        with Hearing(f"http://127.0.0.1:{server.port}/a.ts") as heard:
            assert await heard.gets(3 * len(part))
    assert heard.data[: 2 * len(part)] == part * 2


@pytest.mark.parametrize("body", [b"zz\r\n", b"ffffffffff\r\n", b"x" * 3000])
async def test_a_broken_chunk_ends_the_connection(body: bytes) -> None:
    async def answer(_path: str, writer: asyncio.StreamWriter) -> None:
        writer.write(head(Transfer_Encoding="chunked"))
        await writer.drain()
        await asyncio.sleep(0.1)
        writer.write(body)
        await asyncio.sleep(1)

    async with HttpServer(answer) as server:
        with Hearing(f"http://127.0.0.1:{server.port}/a.ts") as heard:
            assert await heard.until(lambda: "makes no sense" in heard.intake.trouble, 3)


async def test_a_chunked_stream_that_ends_properly_is_over() -> None:
    async def answer(_path: str, writer: asyncio.StreamWriter) -> None:
        writer.write(head(Transfer_Encoding="chunked") + b"3\r\nabc\r\n0\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(1)

    async with HttpServer(answer) as server:
        receiver = open_receiver(workshop(), f"http://127.0.0.1:{server.port}/a.ts")
        await receiver.start()
        assert await _everything(receiver) == b"abc"


async def _everything(receiver: Receiver) -> bytes:
    got = b""
    try:
        for _ in range(50):
            got += b"".join(receiver.drain(0.0))
            await asyncio.sleep(0.02)
    except SourceEndedError:
        return got
    finally:
        receiver.close()
    return b"it never ended"


async def test_https_with_a_trusted_certificate_arrives(
    stream: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = _certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    async with HttpServer(_endless(stream), context) as server:
        with pytest.raises(SourceUnreachableError, match="No secure connection"):
            await open_receiver(workshop(), f"https://localhost:{server.port}/a.ts").start()
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        with Hearing(f"https://localhost:{server.port}/a.ts") as heard:
            assert await heard.gets(len(stream)), heard.intake.trouble
            assert heard.data == stream


def _certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


async def test_internet_radio_becomes_a_radio_channel_with_its_titles(tmp_path: Path) -> None:
    sound = Interleaver(4000).feed(signal_of_radio("mp3"), "Mina - Parole")

    async def answer(_path: str, writer: asyncio.StreamWriter) -> None:
        writer.write(head(Content_Type="audio/mpeg", icy_metaint="4000"))
        await pour(writer, sound)
        await asyncio.sleep(30)

    async with HttpServer(answer) as server:
        with Hearing(f"http://127.0.0.1:{server.port}/uno") as heard:
            assert await heard.gets(len(sound)), heard.intake.trouble
            data = bytes(heard.data)
        assert "Icy-MetaData: 1" in server.requests[0]
    studio = Studio(tmp_path)
    studio.feed(data, block=1880)
    assert [(one.kind, one.codec) for one in studio.ring.tracks] == [("audio", "mp4a.40.34"), ("data", "id3")]
    assert any(isinstance(one, Closed) for one in studio.told)
    assert title_of(stretch(data).elementary(TITLE_PID).data) == "Mina - Parole"
