"""What viewers see when no source has a picture: the operator's own picture and words, or a card with the name."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from rightcast.domain.errors import InvalidInputError

LONGEST_TEXT = 120
SLATE_CHANNEL = 0
"""The number under which a station's own slate runs, beside the numbers of channels."""


class SlateSound(enum.StrEnum):
    """What is heard: silence, or a soft tone."""

    SILENCE = "silence"
    TONE = "tone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slate:
    """A slate. `picture`: an image file of the headend, empty for a card; `text`: empty for the channel's name.

    `after_s`: how long viewers look at nothing before it comes.
    """

    shown: bool = True
    picture: str = ""
    text: str = ""
    sound: SlateSound = SlateSound.SILENCE
    after_s: float = 1.6

    def check(self) -> None:
        """Raises InvalidInputError naming the field that cannot be meant."""
        if self.picture and (not self.picture.startswith("/") or not self.picture.isprintable()):
            raise InvalidInputError(
                "A slate's picture needs an absolute path.",
                remedy="Write /path/to/picture.png, a file on the headend's machine; or leave it empty.",
                field="picture",
            )
        if len(self.text) > LONGEST_TEXT or not self.text.isprintable():
            raise InvalidInputError(
                f"A slate's text is one line of at most {LONGEST_TEXT} letters.",
                remedy="Shorten it; leave it empty for the channel's name.",
                field="text",
            )
        if not 0.5 <= self.after_s <= 60:
            raise InvalidInputError(
                f"A slate cannot come after {self.after_s:g} seconds.", remedy="Choose from 0.5 to 60.", field="after_s"
            )


KEPT_OUT = Slate(text="This programme may not be shown here.")
"""What those see whom a blackout keeps out, until the operator says something else."""
