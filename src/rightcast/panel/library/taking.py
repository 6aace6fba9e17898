"""Takes media files into the library by copying their streams into MP4. Loaded when one is taken in, for it is heavy.

What browsers and boxes can seek in from the first byte is an MP4 whose index stands in front.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import av

from rightcast.domain.errors import FolderNotWritableError, InvalidInputError
from rightcast.panel.library.files import TakenIn
from rightcast.panel.library.posters import write_poster

if TYPE_CHECKING:
    from pathlib import Path

    from av.container import InputContainer, OutputContainer

    from rightcast.panel.library.files import Progress

_TELL_EVERY = 500


def take_in(folder: Path, source: Path, stem: str, progress: Progress | None = None) -> TakenIn:
    """Copy picture and sound of a media file into an MP4 in the folder.

    The name gets a part that nobody used before, so that edges never serve an old file under a new name's promise.
    Raises InvalidInputError for what is no media file or does not fit into MP4, FolderNotWritableError.
    """
    stem = f"{stem}-{secrets.token_hex(4)}"
    target, half = folder / f"{stem}.mp4", folder / f"{stem}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (
            av.open(str(source), "r") as container,
            av.open(str(half), "w", format="mp4", options={"movflags": "+faststart"}) as output,
        ):
            codecs, height = _copied(container, output, progress or (lambda _: None))
        half.rename(target)
        with av.open(str(target), "r") as made:
            length_s = (made.duration or 0) / 1e6
    except av.error.FFmpegError as error:
        half.unlink(missing_ok=True)
        raise InvalidInputError(
            f"{source.name} cannot be taken into the library: {error.strerror or error}.",
            remedy="Give a file with picture or sound in codecs that MP4 carries (H.264, HEVC, AV1, AAC, AC-3, MP3).",
            field="file",
        ) from error
    except OSError as error:
        half.unlink(missing_ok=True)
        raise FolderNotWritableError(
            f"The file cannot be copied into {folder}: {error.strerror}.", remedy="Make room, or give permission there."
        ) from error
    poster = f"{stem}.jpg"
    has_poster = bool(height) and write_poster(target, folder / poster)
    return TakenIn(
        name=target.name,
        size_bytes=target.stat().st_size,
        length_s=length_s,
        codecs=codecs,
        height=height,
        poster=poster if has_poster else "",
    )


def _copied(container: InputContainer, output: OutputContainer, progress: Progress) -> tuple[str, int]:
    """Copy the streams; names of the codecs and the height of the picture in pixels."""
    wanted = [*container.streams.video[:1], *container.streams.audio]
    if not wanted:
        raise InvalidInputError(
            "The file has neither picture nor sound.", remedy="Choose a film, an episode or a recording.", field="file"
        )
    made = {one.index: output.add_stream_from_template(one) for one in wanted}
    length = (container.duration or 0) / 1e6
    for count, packet in enumerate(container.demux(wanted)):
        if packet.dts is None:
            continue
        if count % _TELL_EVERY == 0 and length and packet.time_base:
            progress(min(float(packet.dts * packet.time_base) / length, 1.0))
        packet.stream = made[packet.stream_index]
        output.mux(packet)
    progress(1.0)
    video = container.streams.video[0] if container.streams.video else None
    names = dict.fromkeys(one.codec_context.name for one in wanted)
    return ", ".join(names), 0 if video is None else video.height
