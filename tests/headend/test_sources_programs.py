"""Sources that ffmpeg fetches, each against a real sender: HLS, SRT, RTMP, RTSP, files, test cards."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal as signals
import time
from pathlib import Path
from urllib.parse import quote

import pytest

from rightcast.domain.errors import FfmpegMissingError, InvalidInputError
from rightcast.headend.ffmpeg import find_ffmpeg
from rightcast.headend.sources.opening import Workshop, open_receiver
from rightcast.headend.sources.program import ProgramReceiver
from rightcast.headend.sources.testcard import _in_plain_letters
from tests.headend.senders import Hearing, HttpServer, RtspServer, ffmpeg, free_port, serving, workshop
from tests.headend.signals import complaints, signal

LOOPED = ("-re", "-stream_loop", "-1", "-i")
ENOUGH = 188 * 400


@pytest.fixture(scope="module")
def file() -> Path:
    return signal(gop=25)


def _plays(data: bytes, folder: Path) -> bool:
    """Whether a decoder takes it without a word; a listener may have come in mid-picture, so the end counts."""
    path = folder / "heard.ts"
    path.write_bytes(data)
    return complaints(path) == ""


def _listens(port: int) -> bool:
    return any(line.split()[1].endswith(f":{port:04X}") for line in Path("/proc/net/tcp").read_text().splitlines()[1:])


async def test_an_hls_playlist_is_pulled(file: Path, tmp_path: Path) -> None:
    live = tmp_path / "live"
    live.mkdir()
    hls = ("-c", "copy", "-f", "hls", "-hls_time", "1", "-hls_list_size", "4", "-hls_flags", "delete_segments")
    async with ffmpeg(*LOOPED, str(file), *hls, str(live / "list.m3u8")), HttpServer(serving(live)) as server:
        with Hearing(f"http://127.0.0.1:{server.port}/list.m3u8") as heard:
            assert await heard.gets(ENOUGH, 20), heard.intake.trouble
    assert _plays(heard.data, tmp_path)


async def test_a_playlist_behind_any_address_is_recognised(file: Path, tmp_path: Path) -> None:
    shutil.copy(file, tmp_path / "a.ts")
    (tmp_path / "list.m3u8").write_text("#EXTM3U\n#EXT-X-TARGETDURATION:8\n#EXTINF:8,\na.ts\n#EXT-X-ENDLIST\n")
    serve = serving(tmp_path)

    async def answer(path: str, writer: asyncio.StreamWriter) -> None:
        if path == "/watch":
            writer.write(b"HTTP/1.1 302 Found\r\nLocation: /list.m3u8\r\n\r\n")
        else:
            await serve(path, writer)

    async with HttpServer(answer) as server:
        with Hearing(f"http://127.0.0.1:{server.port}/watch") as heard:
            assert await heard.gets(ENOUGH), heard.intake.trouble


async def test_srt_is_called(file: Path) -> None:
    port = free_port()
    async with ffmpeg(*LOOPED, str(file), "-c", "copy", "-f", "mpegts", f"srt://127.0.0.1:{port}?mode=listener"):
        with Hearing(f"srt://127.0.0.1:{port}?latency=100") as heard:
            assert await heard.gets(ENOUGH), heard.intake.trouble
    assert heard.data[0] == 0x47


async def test_srt_listens_with_a_passphrase_and_waits_for_the_next_encoder(file: Path) -> None:
    port = free_port()
    send = ("-c", "copy", "-f", "mpegts", f"srt://127.0.0.1:{port}?passphrase=0123456789ab&pkt_size=1316")
    with Hearing(f"srt://127.0.0.1:{port}?mode=listener&passphrase=0123456789ab") as heard:
        await heard.until(lambda: heard.intake.is_open)
        for round_ in (1, 2):
            async with ffmpeg(*LOOPED, str(file), *send):
                assert await heard.gets(round_ * ENOUGH), heard.intake.trouble
            size = len(heard.data)
            await heard.until(lambda: "listening again" in heard.intake.trouble, 8)
            assert "listening again" in heard.intake.trouble
            del heard.data[size:]


async def test_srt_by_another_implementation_arrives(file: Path) -> None:
    program = shutil.which("srt-live-transmit")
    if program is None:
        pytest.skip("srt-live-transmit is missing (Debian package srt-tools)")
    port, inner = free_port(), free_port()
    relay = await asyncio.create_subprocess_exec(
        program, f"udp://127.0.0.1:{inner}", f"srt://127.0.0.1:{port}?mode=caller", "-q"
    )
    try:
        with Hearing(f"srt://127.0.0.1:{port}?mode=listener") as heard:
            send = ("-c", "copy", "-f", "mpegts", f"udp://127.0.0.1:{inner}?pkt_size=1316")
            async with ffmpeg(*LOOPED, str(file), *send):
                assert await heard.gets(ENOUGH), heard.intake.trouble
    finally:
        relay.kill()
        await relay.wait()


async def test_rtmp_is_pulled(file: Path) -> None:
    port = free_port()
    send = ("-c", "copy", "-f", "flv", "-listen", "1", f"rtmp://127.0.0.1:{port}/live/key")
    async with ffmpeg(*LOOPED, str(file), *send):
        with Hearing(f"rtmp://127.0.0.1:{port}/live/key") as heard:
            assert await heard.gets(ENOUGH), heard.intake.trouble


async def test_rtmp_listens_for_an_encoder(file: Path, tmp_path: Path) -> None:
    port = free_port()
    with Hearing(f"rtmp://127.0.0.1:{port}/live/key?listen=1") as heard:
        await heard.until(lambda: heard.intake.is_open)
        async with ffmpeg(
            *LOOPED, str(file), "-c", "copy", "-f", "flv", f"rtmp://127.0.0.1:{port}/live/key"
        ) as encoder:
            await heard.gets(ENOUGH, 4)
            if encoder.returncode is not None:  # it came before the listener was there
                pytest.skip("the encoder came too early")
            assert await heard.gets(ENOUGH), heard.intake.trouble
    assert _plays(heard.data, tmp_path)


async def test_rtsp_is_pulled(file: Path, tmp_path: Path) -> None:
    async with RtspServer(file.read_bytes()) as server:
        with Hearing(f"rtsp://127.0.0.1:{server.port}/camera") as heard:
            assert await heard.gets(ENOUGH), heard.intake.trouble
    assert _plays(heard.data, tmp_path)


async def test_a_transport_stream_file_plays_byte_for_byte_in_real_time_and_again(tmp_path: Path) -> None:
    file = signal(seconds=2, gop=25)
    data = file.read_bytes()
    begun = time.monotonic()
    with Hearing(f"file://{file}") as heard:
        assert await heard.gets(2 * len(data), 10), heard.intake.trouble
    assert 2.5 < time.monotonic() - begun < 6
    assert heard.data[: 2 * len(data)] == data * 2


async def test_a_file_of_another_container_plays(tmp_path: Path) -> None:
    async with ffmpeg("-i", str(signal()), "-c", "copy", str(tmp_path / "a film.mp4")) as making:
        await making.wait()
    with Hearing(f"file://{quote(str(tmp_path / 'a film.mp4'))}") as heard:
        assert await heard.gets(ENOUGH), heard.intake.trouble
    assert _plays(heard.data, tmp_path)


async def test_a_folder_plays_in_order_of_names_and_passes_over_what_is_no_film(tmp_path: Path) -> None:
    first, second = signal(seconds=1, gop=25).read_bytes(), signal(seconds=1, gop=25, size="160x90").read_bytes()
    (tmp_path / "2.ts").write_bytes(second)
    (tmp_path / "1.ts").write_bytes(first)
    (tmp_path / "1b.txt").write_text("no film")
    with Hearing(f"file://{tmp_path}") as heard:
        assert await heard.gets(2 * len(first) + len(second), 10), heard.intake.trouble
    assert heard.data.startswith(first + second + first)


async def test_a_truncated_file_plays_as_far_as_it_goes(tmp_path: Path) -> None:
    data = signal(seconds=1, gop=25).read_bytes()[:-100]
    (tmp_path / "cut.ts").write_bytes(data)
    with Hearing(f"file://{tmp_path}/cut.ts?loop=no") as heard:
        assert await heard.until(lambda: "played once" in heard.intake.trouble, 6)
    assert heard.data == data


@pytest.mark.parametrize("name", ["passwd", "missing", "empty folder"])
async def test_a_file_that_is_no_film_says_so(name: str, tmp_path: Path) -> None:
    (tmp_path / "passwd").write_text("root:x:0:0\n" * 100)
    (tmp_path / "empty folder").mkdir()
    with Hearing(f"file://{quote(str(tmp_path / name))}") as heard:
        assert await heard.until(lambda: bool(heard.intake.trouble), 5)
    assert not heard.data


@pytest.mark.parametrize("pattern", ["bars", "moving", "hd", "radio"])
async def test_a_test_card_plays_within_a_second_and_a_half(pattern: str, tmp_path: Path) -> None:
    begun = time.monotonic()
    name = quote("Rai 'Uno': 100% [a],b;c=%{pts} \\ Ü")
    with Hearing(f"testcard:///?name={name}&pattern={pattern}") as heard:
        assert await heard.gets(188 * 10, 3), heard.intake.trouble
        first = time.monotonic() - begun
        await heard.until(lambda: len(heard.data) > 40_000, 4)
    assert first < 1.5
    assert _plays(heard.data[: len(heard.data) // 188 * 188], tmp_path)


@pytest.mark.parametrize(
    "query", ["pattern=snow", "size=10x10", "size=9999x9999", "rate=0", "rate=x", "bitrate=1", "text=%{x}"]
)
def test_a_test_card_that_cannot_be_drawn_is_refused(query: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        open_receiver(workshop(), f"testcard:///?{query}")
    assert caught.value.field == "url"


def test_names_lose_their_accents_where_the_typeface_has_none() -> None:
    assert _in_plain_letters("Télé Zürich 日本") == "Tele Zurich "
    assert _in_plain_letters("日本") == "-"


async def test_a_killed_ffmpeg_is_started_again() -> None:
    with Hearing("testcard:///?pattern=radio") as heard:
        assert await heard.gets(188)
        receiver = heard.intake._receiver
        assert isinstance(receiver, ProgramReceiver)
        os.kill(receiver.pid, signals.SIGKILL)
        assert await heard.until(lambda: bool(heard.intake.trouble), 3)
        size = len(heard.data)
        assert await heard.gets(size + 188 * 20, 5)
        assert not heard.intake.trouble


async def test_a_hanging_ffmpeg_is_replaced() -> None:
    with Hearing("testcard:///?pattern=radio") as heard:
        assert await heard.gets(188)
        receiver = heard.intake._receiver
        assert isinstance(receiver, ProgramReceiver)
        hanging = receiver.pid
        os.kill(hanging, signals.SIGSTOP)
        await heard.until(lambda: False, 0.3)
        heard.intake.last_data = heard.intake._opened_at = time.time() - 60
        assert await heard.until(lambda: "Nothing came" in heard.intake.trouble, 2)
        os.kill(hanging, signals.SIGCONT)
        size = len(heard.data)
        assert await heard.gets(size + 188 * 20, 5)


def test_a_missing_ffmpeg_says_what_to_do() -> None:
    with pytest.raises(FfmpegMissingError) as caught:
        find_ffmpeg("/nowhere/ffmpeg")
    assert caught.value.remedy


async def test_a_program_that_cannot_be_started_says_so(tmp_path: Path) -> None:
    broken = tmp_path / "ffmpeg"
    broken.write_text("no program")
    broken.chmod(0o700)
    with pytest.raises(FfmpegMissingError):
        await open_receiver(Workshop(str(broken), tmp_path), "srt://:9?mode=listener").start()


async def test_ffmpegs_last_words_carry_no_password() -> None:
    with Hearing(f"rtsp://anna:hunter2hunter2@127.0.0.1:{free_port()}/camera") as heard:
        assert await heard.until(lambda: bool(heard.intake.trouble), 8)
    assert "Connection refused" in heard.intake.trouble
    assert "hunter2" not in heard.intake.trouble


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("srt://:9000", "host"),
        ("srt://127.0.0.1:9000?mode=both", "mode"),
        ("srt://127.0.0.1:9000?latency=x", "latency"),
        ("srt://127.0.0.1:9000?protocol_whitelist=file", "option"),
        ("rtsp://127.0.0.1/a?transport=pigeon", "transport"),
        ("file:///a.ts?loop=maybe", "loop"),
    ],
)
def test_options_that_make_no_sense_are_refused(url: str, word: str) -> None:
    with pytest.raises(InvalidInputError, match=word):
        open_receiver(workshop(), url)
