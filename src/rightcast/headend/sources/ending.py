"""How a receiver says that its connection is over."""

from __future__ import annotations

from rightcast.domain.errors import SourceUnreachableError


class SourceEndedError(SourceUnreachableError):
    """The source hung up, or the program that fetched it ended.

    `complete`: it came to its natural end (a file played out), so the next one follows at once.
    """

    def __init__(self, sentence: str, *, remedy: str = "", complete: bool = False) -> None:
        super().__init__(sentence, remedy=remedy, field="url")
        self.complete = complete
