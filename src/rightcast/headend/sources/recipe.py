"""How ffmpeg is asked to fetch a source: its arguments, each with its reason.

Addresses are checked and options parsed here, so that no text of an operator becomes an option of ffmpeg.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlunsplit

from rightcast.domain.errors import InvalidInputError
from rightcast.headend.sources.guard import resolve
from rightcast.headend.sources.options import one_of, options_of, whole_number

if TYPE_CHECKING:
    from urllib.parse import SplitResult

PATIENCE_S = 10.0

# Quiet unless something fails, never asks a question, says nothing of itself.
_MANNERS = ("-nostdin", "-hide_banner", "-loglevel", "error")

# Half a second of probing instead of five: the picture comes seconds earlier, and streams keep their parameters.
_SHORT_PROBE = ("-analyzeduration", "1000000", "-probesize", "1000000")

# Take every stream the container offers, video and audio and the rest, and skip what MPEG-TS cannot carry.
_ALL_STREAMS = ("-map", "0:v?", "-map", "0:a?", "-map", "0:s?", "-map", "0:d?")

# No re-encoding.
_COPY = ("-c", "copy")

# A transport stream into our pipe, without the muxer's 0.7 s head start, PAT/PMT ten times a second
# so that the segmenter knows the streams before the first picture, each packet written at once.
_TS_TO_PIPE = (
    *("-f", "mpegts", "-muxdelay", "0", "-muxpreload", "0", "-pat_period", "0.1"),
    *("-flush_packets", "1", "pipe:1"),
)

# Bytes as they came: ffmpeg only speaks the protocol. Nothing is remuxed, a multiplex stays whole.
_UNTOUCHED_IN = ("-f", "data", "-raw_packet_size", "1316")
_UNTOUCHED_OUT = ("-map", "0", "-c", "copy", "-f", "data", "-flush_packets", "1", "pipe:1")

# Containers that a file may have; playlists and scripts that name further files are not among them.
_CONTAINERS = (
    "mpegts,mpeg,mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,flv,live_flv,asf,mxf,h264,hevc,mpegvideo"
    ",mp3,mp2,aac,ac3,eac3,flac,ogg,wav"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """One way to call ffmpeg. `hosts` are resolved and checked before each start.

    `listens`: it waits for an encoder to connect. `finite`: it ends by itself when played out.
    """

    arguments: tuple[str, ...]
    hosts: tuple[tuple[str, int], ...] = ()
    patience_s: float | None = PATIENCE_S
    listens: bool = False
    finite: bool = False
    folder: Path | None = None
    remedy: str = "Check that the address plays elsewhere, then probe it again."

    async def check(self) -> None:
        """Raises SourceUnreachableError or InvalidInputError when a host is unknown or off limits."""
        for host, port in self.hosts:
            await resolve(host, port)


def hls_recipe(ffmpeg: str, parts: SplitResult) -> Recipe:
    """Pull a playlist and its segments, staying at the live edge."""
    return Recipe(
        arguments=(
            *(ffmpeg, *_MANNERS),
            # Segments may come by these and by nothing else: a playlist cannot make us read files.
            *("-protocol_whitelist", "http,https,tcp,tls,crypto,httpproxy"),
            # A server that stops answering must not hold the child for ever (microseconds).
            *("-rw_timeout", "8000000"),
            # One segment of delay at the start is enough; the segmenter smooths the rest.
            *("-live_start_index", "-2"),
            *_SHORT_PROBE,
            # Segments arrive in bursts; passing them on at their own pace keeps the ring even. The first
            # seconds come at once, or the picture would start late.
            *("-readrate", "1.05", "-readrate_initial_burst", "4"),
            *("-f", "hls", "-i", urlunsplit(parts)),
            *_ALL_STREAMS,
            *_COPY,
            *_TS_TO_PIPE,
        ),
        hosts=_host(parts),
        patience_s=20.0,
        remedy="Check that the playlist opens in a player and that its segments do too.",
    )


def srt_recipe(ffmpeg: str, parts: SplitResult) -> Recipe:
    """SRT as caller (default) or listener; its payload is a transport stream and is passed on untouched."""
    options = options_of(
        parts, ("mode", "passphrase", "pbkeylen", "latency", "streamid", "interface", "timeout", "pkt_size")
    )
    mode = one_of(options, "mode", ("caller", "listener", "rendezvous"), "caller")
    listens = mode == "listener"
    if not listens and not parts.hostname:
        raise InvalidInputError(
            "An SRT caller needs a host to call.", remedy="Write srt://HOST:PORT, or add ?mode=listener.", field="url"
        )
    # libsrt counts in microseconds, operators in milliseconds.
    latency_ms = whole_number(options, "latency", 200, least=20, most=60_000)
    query = {"mode": mode, "latency": str(latency_ms * 1000), "transtype": "live"}
    query |= {name: options[name] for name in ("passphrase", "pbkeylen", "streamid") if name in options}
    if listens:
        query["listen_timeout"] = "-1"  # waits for its encoder as long as it takes
    else:
        query["connect_timeout"] = "5000"
    host = parts.hostname or "0.0.0.0"  # noqa: S104 - srt://:PORT listens on every own address
    address = f"srt://{_bracketed(host)}:{parts.port}?{urlencode(query, quote_via=quote)}"
    return Recipe(
        arguments=(
            *(ffmpeg, *_MANNERS, "-protocol_whitelist", "srt"),
            *_UNTOUCHED_IN,
            *("-i", address),
            *_UNTOUCHED_OUT,
        ),
        hosts=() if listens else _host(parts),
        listens=listens,
        remedy="Check address, mode, passphrase and stream id; the other end must be caller when this one listens.",
    )


def rtmp_recipe(ffmpeg: str, parts: SplitResult) -> Recipe:
    """RTMP pull, or with ?listen=1 a listener for OBS and other encoders."""
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    listens = query.pop("listen", "0") == "1"
    address = urlunsplit(parts._replace(query=urlencode(query)))
    listening = ("-listen", "1") if listens else ()
    return Recipe(
        arguments=(
            *(ffmpeg, *_MANNERS, "-protocol_whitelist", "rtmp,rtmps,rtmpt,tcp,tls,http,ffrtmphttp"),
            # A server that stops answering must not hold the child; a listener waits (microseconds).
            *(() if listens else ("-rw_timeout", "8000000")),
            *_SHORT_PROBE,
            *listening,
            *("-f", "live_flv", "-i", address),
            *_ALL_STREAMS,
            *_COPY,
            *_TS_TO_PIPE,
        ),
        hosts=_host(parts),
        listens=listens,
        remedy="Check application and stream key; the encoder must be sending when this one pulls.",
    )


def rtsp_recipe(ffmpeg: str, parts: SplitResult) -> Recipe:
    """RTSP from cameras and encoders, over TCP unless ?transport=udp says otherwise."""
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    transport = one_of({"transport": query.pop("transport", "tcp")}, "transport", ("tcp", "udp"), "tcp")
    return Recipe(
        arguments=(
            *(ffmpeg, *_MANNERS, "-protocol_whitelist", "rtsp,rtsps,tcp,tls,udp,rtp,srtp,crypto"),
            # TCP passes firewalls and loses nothing; UDP only when asked for.
            *("-rtsp_transport", transport),
            # A camera that stops answering must not hold the child (microseconds).
            *("-timeout", "8000000"),
            *_SHORT_PROBE,
            # Cameras send timestamps that begin anywhere; count from the moment of arrival where none come.
            *("-use_wallclock_as_timestamps", "0"),
            *("-i", urlunsplit(parts._replace(query=urlencode(query)))),
            *_ALL_STREAMS,
            *_COPY,
            *_TS_TO_PIPE,
        ),
        hosts=_host(parts),
        remedy="Check path, user and password; ?transport=udp helps where a camera knows no TCP.",
    )


def file_recipe(ffmpeg: str, path: Path) -> Recipe:
    """One file of any container, played once in real time; the playlist repeats it."""
    return Recipe(
        arguments=(
            *(ffmpeg, *_MANNERS, "-protocol_whitelist", "file", "-format_whitelist", _CONTAINERS),
            # In real time, but with the first second at once so that the picture starts without a wait.
            *("-readrate", "1", "-readrate_initial_burst", "1"),
            *("-i", f"file:{path}"),
            *_ALL_STREAMS,
            *_COPY,
            *_TS_TO_PIPE,
        ),
        finite=True,
        remedy="MPEG-TS carries H.264, HEVC, MPEG-2, AAC, MP2, MP3, AC-3; convert the file when it holds others.",
    )


def _host(parts: SplitResult) -> tuple[tuple[str, int], ...]:
    return ((unquote(parts.hostname), parts.port or 0),) if parts.hostname else ()


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
