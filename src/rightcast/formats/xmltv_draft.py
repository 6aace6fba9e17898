"""A show of XMLTV while its elements are read, and how texts of several languages become one show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rightcast.domain import episodes
from rightcast.domain.genres import genre_of
from rightcast.domain.guide import Details, Notation, Show, Text

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from rightcast.formats.xmltv_oddities import Findings

LONG = 8_000
SHORT = 500
MANY = 100
"""Of one kind in one show; more is left out."""
_SAID = (
    ("title", "title", "titles"),
    ("sub-title", "subtitle", "subtitles"),
    ("desc", "description", "descriptions"),
)
_LISTED = (("category", "categories"), ("keyword", "keywords"))


def words_of(element: Element) -> str:
    """The words of an element itself, with single spaces; what elements within it say is theirs."""
    if len(element):
        parts = [element.text or "", *(child.tail or "" for child in element)]
        return " ".join("".join(parts).split())
    return " ".join((element.text or "").split())


class Draft:
    """`fields` are those of Show, `details` those of Details."""

    __slots__ = ("_numbers", "_said", "details", "fields", "findings", "line")

    def __init__(self, line: int, findings: Findings) -> None:
        self.line = line
        self.findings = findings
        self.fields: dict[str, Any] = {}
        self.details: dict[str, Any] = {}
        self._said: dict[str, list[tuple[str, str]]] = {}
        self._numbers: list[tuple[str, str]] = []

    def text(self, element: Element, most: int = SHORT) -> str:
        """The words of an element; an empty one and a cut one are noted."""
        words = words_of(element)
        if not words:
            self.findings.note("empty-element", self.line, element.tag)
        elif len(words) > most:
            self.findings.note("long-text", self.line, element.tag)
            words = words[:most].rstrip()
        return words

    def add(self, name: str, value: object) -> None:
        """One more of a detail."""
        found = self.details.setdefault(name, [])
        if len(found) < MANY:
            found.append(value)

    def say(self, name: str, element: Element, most: int) -> None:
        """Words in a language, one of several."""
        words = " ".join((element.text or "").split())
        if not words or len(words) > most or len(element):
            words = self.text(element, most)
            if not words:
                return
        said = (words, element.get("lang", "").strip()[:35])
        found = self._said.get(name)
        if found is None:
            self._said[name] = [said]
        elif len(found) < MANY:
            found.append(said)

    def number(self, system: str, value: str) -> None:
        """A number in a notation."""
        if len(self._numbers) < MANY:
            self._numbers.append((system, value))

    def show(self, guide_id: str, start: int, stop: int) -> Show:
        """The finished show."""
        fields, said = self.fields, self._said
        titles = said.get("title")
        if titles is None:
            self.findings.note("no-title", self.line)
            language = next((tag for texts in said.values() for _, tag in texts if tag), "")
        else:
            language = titles[0][1] or next((tag for texts in said.values() for _, tag in texts if tag), "")
        if language:
            fields["language"] = language
        for name, one, many in _SAID:
            if name in said:
                self._one_text(said[name], one, many, language)
        for name, many in _LISTED:
            if name in said:
                self._many_texts(said[name], many, language)
        if "categories" in fields and (genre := genre_of(fields["categories"])):
            fields["genre"] = genre
        if self._numbers:
            self._settle_numbers()
        if self.details:
            self._leave_out_the_usual(start, stop)
        if self.details:
            frozen: dict[str, Any] = {
                key: tuple(value) if isinstance(value, list) else value for key, value in self.details.items()
            }
            fields["details"] = Details(**frozen)
        return Show(id=self.line, guide_id=guide_id, start=start, stop=stop, title=fields.pop("title", ""), **fields)

    def _one_text(self, said: list[tuple[str, str]], one: str, many: str, language: str) -> None:
        """The show's own language first; what is said in others is a detail.

        Where one of those is the same words, all are: then nothing has to be guessed when it is written.
        """
        main = said[0]
        if len(said) == 1 and main[1] in {"", language}:
            self.fields[one] = main[0]
            return
        main = next((text for text in said if text[1] in {"", language}), said[0])
        self.fields[one] = main[0]
        every = list(dict.fromkeys(Text(text, tag or language) for text, tag in said))
        others = [text for text in every if text != Text(main[0], language)]
        if others:
            self.details[many] = every if any(text.text == main[0] for text in others) else others

    def _many_texts(self, said: list[tuple[str, str]], many: str, language: str) -> None:
        own = [text for text, tag in said if tag in {"", language}]
        self.fields[many] = shown = tuple(dict.fromkeys(own or [text for text, _ in said]))
        if len(own) == len(said):
            return
        every = list(dict.fromkeys(Text(text, tag or language) for text, tag in said))
        others = [text for text in every if text.language != language]
        self.details[many] = every if any(text.text in shown for text in others) else others

    def _leave_out_the_usual(self, start: int, stop: int) -> None:
        """What is written again without being told."""
        if self.details.get("length_s") == stop - start:
            del self.details["length_s"]
        subtitlings = self.details.get("subtitlings")
        if subtitlings and len(subtitlings) == 1:
            only = subtitlings[0]
            if (only.kind, only.words, only.language) == ("teletext", "", ""):
                del self.details["subtitlings"]

    def _settle_numbers(self) -> None:
        """Season and episode of all notations together; those that say no more than these are not kept."""
        numbers = self._numbers
        if len(numbers) > 1:
            numbers = sorted(numbers, key=lambda number: number[0] != "xmltv_ns")
        found = episodes.NOTHING
        for system, value in numbers:
            found = episodes.joined(found, episodes.read(system, value))
        if found.season:
            self.fields["season"] = found.season
        if found.episode:
            self.fields["episode"] = found.episode
        if found.series:
            self.fields["series"] = found.series
        written = episodes.written(found.season, found.episode)
        kept = [
            Notation(system, value)
            for system, value in self._numbers
            if system != episodes.SERIES and (system, value.replace(" ", "")) not in written
        ]
        if kept:
            self.details["numbers"] = kept
