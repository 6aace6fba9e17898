"""Which recipe serves an address. Adding a source type ends here, with one line.

docs/howto/add-a-source-type.md has the steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rightcast.domain.lineup import SourceKind
from rightcast.domain.sources import parse_source_url
from rightcast.headend.sources.files import FileReceiver
from rightcast.headend.sources.http_ts import HttpTsReceiver
from rightcast.headend.sources.program import ProgramReceiver
from rightcast.headend.sources.recipe import hls_recipe, rtmp_recipe, rtsp_recipe, srt_recipe
from rightcast.headend.sources.rtp import RtpReceiver
from rightcast.headend.sources.sockets import Place
from rightcast.headend.sources.testcard import testcard_recipe
from rightcast.headend.sources.udp import UdpReceiver

if TYPE_CHECKING:
    from collections.abc import Callable
    from urllib.parse import SplitResult

    from rightcast.headend.sources.receiver import Receiver


@dataclass(frozen=True, slots=True)
class Workshop:
    """What recipes need of this machine: the ffmpeg program, and a folder for fonts and texts."""

    ffmpeg: str
    folder: Path


_RECIPES: dict[SourceKind, Callable[[Workshop, SplitResult], Receiver]] = {
    SourceKind.UDP: lambda _, parts: UdpReceiver(Place.of(parts)),
    SourceKind.RTP: lambda _, parts: RtpReceiver(Place.of(parts)),
    SourceKind.HTTP_TS: lambda workshop, parts: HttpTsReceiver(workshop.ffmpeg, parts),
    SourceKind.HLS: lambda workshop, parts: ProgramReceiver(hls_recipe(workshop.ffmpeg, parts)),
    SourceKind.SRT: lambda workshop, parts: ProgramReceiver(srt_recipe(workshop.ffmpeg, parts)),
    SourceKind.RTMP: lambda workshop, parts: ProgramReceiver(rtmp_recipe(workshop.ffmpeg, parts)),
    SourceKind.RTSP: lambda workshop, parts: ProgramReceiver(rtsp_recipe(workshop.ffmpeg, parts)),
    SourceKind.FILE: lambda workshop, parts: FileReceiver(workshop.ffmpeg, parts),
    SourceKind.TESTCARD: lambda workshop, parts: ProgramReceiver(
        testcard_recipe(workshop.ffmpeg, parts, workshop.folder)
    ),
}


def open_receiver(workshop: Workshop, url: str) -> Receiver:
    """The receiver for an address, not yet started. Raises InvalidInputError (field `url`)."""
    kind, parts = parse_source_url(url)
    return _RECIPES[kind](workshop, parts)
