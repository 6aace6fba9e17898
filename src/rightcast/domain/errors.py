"""One tree of failures. Each leaf has a code, a sentence and a remedy.

Refusals of viewers are values (`rightcast.domain.entitlement.Denied`), not these.
"""

from __future__ import annotations


class RightcastError(Exception):
    """A failure that an operator can act on.

    `code` is stable and documented in docs/reference/errors.md; `sentence` says what happened,
    `remedy` what to do next; `field` names the input that was wrong, where one was.
    """

    code = "failure"

    def __init__(self, sentence: str, *, remedy: str = "", field: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.remedy = remedy
        self.field = field

    def __str__(self) -> str:
        return f"{self.sentence} {self.remedy}".strip()

    def as_dict(self) -> dict[str, str | None]:
        """The shape printed by `--json` and answered by APIs."""
        return {"code": self.code, "sentence": self.sentence, "remedy": self.remedy, "field": self.field}


class InvalidInputError(RightcastError):
    """A field holds something that cannot be accepted; nothing was stored."""

    code = "invalid-input"


class NotFoundError(RightcastError):
    """A record that the request names does not exist."""

    code = "not-found"


class ConflictError(RightcastError):
    """The change contradicts what is stored already; nothing was stored."""

    code = "conflict"


class PermissionDeniedError(RightcastError):
    """The actor may not do this; nothing was stored."""

    code = "permission-denied"


class SourceUnreachableError(RightcastError):
    """A source did not answer, or its host does not resolve."""

    code = "source-unreachable"


class NotATransportStreamError(RightcastError):
    """Bytes came, but no transport stream was in them."""

    code = "not-a-transport-stream"


class PortTakenError(RightcastError):
    """Another process listens on the wanted address."""

    code = "port-taken"


class FolderNotWritableError(RightcastError):
    """A folder that the station needs cannot be written."""

    code = "folder-not-writable"


class RingTooSmallError(RightcastError):
    """The tmpfs that should hold the ring has too little room."""

    code = "ring-too-small"


class FfmpegMissingError(RightcastError):
    """No ffmpeg program can be started."""

    code = "ffmpeg-missing"


class PartMissingError(RightcastError):
    """A part that was chosen is not installed."""

    code = "part-missing"


class StoreError(RightcastError):
    """The store that older files of the archive lie in does not answer, or refuses."""

    code = "store-failing"


class CertificateError(RightcastError):
    """A certificate or its key cannot be read or do not fit each other."""

    code = "certificate-unusable"


class ContractError(RightcastError):
    """A message between planes cannot be decoded."""

    code = "contract-broken"


class BadCueError(RightcastError):
    """A cue (SCTE 35) cannot be read, or a field of one cannot be written."""

    code = "bad-cue"


class GuideUnreadableError(RightcastError):
    """A guide cannot be read; the one that was there before stands."""

    code = "guide-unreadable"


class GuideUnreachableError(RightcastError):
    """A guide's address did not answer, or may not be asked."""

    code = "guide-unreachable"


class StationNotRunningError(RightcastError):
    """The command needs a station on air, and none answers in this data folder."""

    code = "station-not-running"


class StampRefusedError(RightcastError):
    """A time-stamping service answered with something that is no stamp of what was sent."""

    code = "stamp-refused"
