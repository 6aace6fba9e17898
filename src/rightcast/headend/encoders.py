"""Which encoders really encode on this machine: each is tried on a few pictures in a child, once per ffmpeg program.

That an encoder is compiled in says nothing: it needs a chip, a driver and the right to open them.
"""

from __future__ import annotations

import functools
import subprocess
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rightcast.domain.ladder import EncoderWish, VideoCodec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

TRIAL_S = 10.0
RENDER_NODES = Path("/dev/dri")
# SVT-AV1 is faster, but keeps to a grid of its own where a key picture is asked for: rungs would cut elsewhere than
# the broadcast does. libaom obeys.
_NAMES = {
    EncoderWish.SOFTWARE: {VideoCodec.H264: "libx264", VideoCodec.HEVC: "libx265", VideoCodec.AV1: "libaom-av1"},
    EncoderWish.NVENC: {VideoCodec.H264: "h264_nvenc", VideoCodec.HEVC: "hevc_nvenc", VideoCodec.AV1: "av1_nvenc"},
    EncoderWish.VAAPI: {VideoCodec.H264: "h264_vaapi", VideoCodec.HEVC: "hevc_vaapi", VideoCodec.AV1: "av1_vaapi"},
    EncoderWish.QSV: {VideoCodec.H264: "h264_qsv", VideoCodec.HEVC: "hevc_qsv", VideoCodec.AV1: "av1_qsv"},
}
_WORDS = {
    EncoderWish.SOFTWARE: "Software",
    EncoderWish.NVENC: "NVENC",
    EncoderWish.VAAPI: "VAAPI",
    EncoderWish.QSV: "Quick Sync",
}


@dataclass(frozen=True, slots=True)
class Encoder:
    """One of ffmpeg's encoders. `node` is the render node it works on, where it needs one."""

    name: str
    family: EncoderWish
    codec: VideoCodec
    node: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a trial ended; `why` is empty for an encoder that works."""

    encoder: Encoder
    why: str = ""

    @property
    def works(self) -> bool:
        """Whether pictures came out."""
        return not self.why


@dataclass(frozen=True, slots=True)
class Choice:
    """The encoder to use; None: no encoder for the codec works here. `note` tells of a wish that was not met."""

    encoder: Encoder | None
    note: str = ""


def candidates(families: Iterable[EncoderWish] = (*_NAMES,), nodes: Sequence[str] = ("",)) -> list[Encoder]:
    """Every encoder worth a trial; those of VAAPI once per render node."""
    return [
        Encoder(name, family, codec, node)
        for family in families
        for codec, name in _NAMES[family].items()
        for node in (nodes if family is EncoderWish.VAAPI else ("",))
    ]


def render_nodes(folder: Path = RENDER_NODES) -> list[str]:
    """The render nodes of this machine's graphics chips."""
    return sorted(str(node) for node in folder.glob("renderD*"))


def software(codec: VideoCodec) -> Encoder:
    """The encoder that needs no chip."""
    return Encoder(_NAMES[EncoderWish.SOFTWARE][codec], EncoderWish.SOFTWARE, codec)


def trial_arguments(ffmpeg: str, encoder: Encoder) -> list[str]:
    """Encode half a second of a grey picture into nothing."""
    # 256x256 is more than the least size of every hardware encoder.
    grey = "color=gray:s=256x256:r=25,format=nv12"
    command = [ffmpeg, "-nostdin", "-hide_banner", "-loglevel", "error"]
    if encoder.family is EncoderWish.VAAPI:
        command += ["-vaapi_device", encoder.node]
        grey += ",hwupload"
    command += ["-filter_complex", f"{grey}[v]", "-map", "[v]", "-frames:v", "12", "-c:v", encoder.name]
    return [*command, "-f", "null", "-"]


def try_out(ffmpeg: str, encoder: Encoder) -> Outcome:
    """Run one trial to its end or to its deadline; blocks."""
    if encoder.family is EncoderWish.VAAPI and not encoder.node:
        return Outcome(encoder, f"This machine shows no render node in {RENDER_NODES}.")
    try:
        done = subprocess.run(  # noqa: S603 - an argument list of our own, no shell
            trial_arguments(ffmpeg, encoder),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TRIAL_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Outcome(encoder, f"Nothing came of it within {TRIAL_S:.0f} s.")
    except OSError as error:
        return Outcome(encoder, f"{ffmpeg} cannot be started: {error.strerror}.")
    if done.returncode == 0:
        return Outcome(encoder)
    return Outcome(encoder, _reason(done.stderr.decode(errors="replace"), encoder))


class Encoders:
    """Trials of one ffmpeg program, run in a thread and kept."""

    def __init__(self, ffmpeg: str, *, attempt: Callable[[str, Encoder], Outcome] = try_out) -> None:
        self._ffmpeg = ffmpeg
        self._attempt = attempt
        self._threads = ThreadPoolExecutor(1, "try-encoders")
        self._trials: dict[Encoder, Future[Outcome]] = {}

    def choose(self, wish: EncoderWish, codec: VideoCodec) -> Choice | None:
        """What to encode with; None while trials still run, to be asked again. Never blocks."""
        wanted = self._in_order(wish, codec)
        if wish is EncoderWish.SOFTWARE and codec is VideoCodec.H264:
            return Choice(software(codec))  # every ffmpeg that is of use here has it; no trial keeps viewers waiting
        trials = [self._trial(encoder) for encoder in wanted]
        for number, trial in enumerate(trials):
            if not trial.done():
                return None
            if trial.result().works:
                used = trial.result().encoder
                failed = [one.result() for one in trials[:number]]
                return Choice(used, _note(wish, failed) if used.family is EncoderWish.SOFTWARE else "")
        return Choice(None, _note(wish, [trial.result() for trial in trials]))

    def outcomes(self) -> list[Outcome]:
        """Try everything; blocks until all is known."""
        trials = [self._trial(encoder) for encoder in candidates(nodes=render_nodes() or [""])]
        return [trial.result() for trial in trials]

    def _trial(self, encoder: Encoder) -> Future[Outcome]:
        trial = self._trials.get(encoder)
        if trial is None:
            trial = self._trials[encoder] = self._threads.submit(self._attempt, self._ffmpeg, encoder)
        return trial

    def _in_order(self, wish: EncoderWish, codec: VideoCodec) -> list[Encoder]:
        """What was asked for first, software last."""
        chips = [EncoderWish.NVENC, EncoderWish.VAAPI, EncoderWish.QSV]
        families = chips if wish is EncoderWish.AUTO else [] if wish is EncoderWish.SOFTWARE else [wish]
        found = candidates([*families, EncoderWish.SOFTWARE], render_nodes() or [""])
        return [encoder for encoder in found if encoder.codec is codec]


def encoders_of(ffmpeg: str) -> Encoders:
    """The trials of this program; the same for as long as the file does not change."""
    try:
        status = Path(ffmpeg).stat()
    except OSError:
        return _encoders_of(ffmpeg, 0, 0)
    return _encoders_of(ffmpeg, status.st_mtime_ns, status.st_size)


@functools.lru_cache(maxsize=8)
def _encoders_of(ffmpeg: str, _changed: int, _size: int) -> Encoders:
    return Encoders(ffmpeg)


def _note(wish: EncoderWish, failed: list[Outcome]) -> str:
    """A sentence for the operator on what was asked for and cannot be had; `auto` asks for nothing in particular."""
    refused = [outcome for outcome in failed if outcome.encoder.family is wish]
    if refused:
        return f"{_WORDS[wish]} was asked for and does not work here ({refused[-1].why}); software encodes instead."
    if wish is EncoderWish.AUTO and failed:
        return "No hardware encoder works here; software encodes."
    return ""


def _reason(words: str, encoder: Encoder) -> str:
    """What ffmpeg complained of first, without the part that names its own inner place."""
    for line in words.splitlines():
        text = line.strip().rpartition("] ")[2].rstrip(".")
        if text and not text.startswith(("Error while opening", "Conversion failed", "Task finished")):
            return text[:160]
    return f"{encoder.name} ended without a word"
