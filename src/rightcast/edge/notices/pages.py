"""The public pages of notices as HTML: a form, a private page for each side. No script, no picture, nothing foreign."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rightcast.contract.notices import NoticeDesk
from rightcast.domain.notices import (
    LONGEST_NAME,
    LONGEST_REASONS,
    Missing,
    NoticeKind,
    Side,
    State,
)
from rightcast.edge.notices.words import WORDS, missing_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rightcast.contract.notices import Filled, Standing

_DMCA = frozenset({"contact", "accuracy", "signature"})
_END = frozenset({State.RESTORED, State.UPHELD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What every page is drawn with. `base` leads from the page to /notice, `other` to it in the other language."""

    language: str
    station: str
    zone: ZoneInfo
    desk: NoticeDesk
    base: str = "notice"
    other: str = ""

    @property
    def words(self) -> Mapping[str, str]:
        """The words of its language."""
        return WORDS[self.language]

    def day(self, at: float) -> str:
        """A moment as a person of the zone writes it."""
        moment = datetime.fromtimestamp(at, UTC).astimezone(self.zone)
        return f"{moment:%d/%m/%Y}" if self.language == "it" else f"{moment:%Y-%m-%d}"

    def moment(self, at: float) -> str:
        """A day with its time, and the zone's name."""
        moment = datetime.fromtimestamp(at, UTC).astimezone(self.zone)
        return f"{self.day(at)} {moment:%H:%M %Z}"


def form_page(look: Look, filled: Filled | None = None, faults: Iterable[Missing] = (), note: str = "") -> str:
    """The form, empty or as it was sent, with what lacks named above it and at its fields."""
    words, found = look.words, list(faults)
    kinds = look.desk.kinds
    chosen = filled.kind if filled is not None and filled.kind in kinds else kinds[0]
    by_field = {one.field: missing_words(look.language, one.code, one.sentence, one.remedy) for one in reversed(found)}
    draw = _Fields(look, filled, by_field)
    parts = [f"<h1>{words['title']}</h1>", f'<p class="lead">{words["lead"]}</p>']
    if note:
        parts.append(f'<section class="card bad" role="alert"><p>{escape(note)}</p></section>')
    if found:
        parts.append(_summary(look, found))
    else:
        steps = "".join(f"<li>{words[f'next_{step}']}</li>" for step in range(1, 5))
        steps = steps.replace("{days}", str(look.desk.decide_days))
        parts.append(f'<section class="card"><h2>{words["next"]}</h2><ol class="next">{steps}</ol></section>')
    parts.append(f'<form method="post" action="{look.base}?lang={look.language}" novalidate>')
    parts.append(_kinds(look, kinds, chosen))
    parts.append(_group(words["where"], draw.area("addresses", rows=4, style="addresses")))
    parts.append(_group(words["what"], draw.line("work"), draw.area("reasons", rows=7)))
    parts.append(
        _group(words["who"], draw.line("sender", "name"), draw.line("email", "email", "email"), draw.dmca("contact"))
    )
    parts.append(_group(words["declare"], draw.tick("good_faith"), draw.dmca("accuracy"), draw.dmca("signature")))
    parts.append(f'<button>{words["send"]}</button><p class="soft small">{words["false"]}</p></form>')
    return page(look, words["title"], "".join(parts))


def status_page(look: Look, standing: Standing, *, fresh: bool = False, sent: bool = False, note: str = "") -> str:
    """The sender's page."""
    words = look.words
    title = words["page_title"].format(reference=standing.reference)
    parts = [f"<h1>{words['received'] if fresh else title}</h1>"]
    if note:
        parts.append(f'<section class="card bad" role="alert"><p>{escape(note)}</p></section>')
    if sent:
        parts.append(f'<section class="card done" role="status"><p>{words["sent"]}</p></section>')
    parts.append(
        f'<section class="card"><h2>{words["reference"]}</h2><p class="reference">{standing.reference}</p>'
        f"<p>{words['keep']}</p></section>"
    )
    parts.append(_course(look, standing, Side.SENDER))
    if standing.message:
        parts.append(f'<section class="card"><h2>{words["said"]}</h2>{_prose(standing.message)}</section>')
    if standing.state is State.ASKED:
        parts.append(_word_form(look, "answer", words["answer"], words["answer_send"], ""))
    if Side.SENDER in standing.disputable:
        parts.append(_word_form(look, "dispute", words["object"], words["object_send"], words["object_hint"]))
    parts.append(f'<p class="hash">{words["original"]}: {standing.sha256}</p>')
    parts.append(f'<p><a href="{look.base}?lang={look.language}">{words["another"]}</a></p>')
    return page(look, title, "".join(parts))


def affected_page(look: Look, standing: Standing, *, sent: bool = False, note: str = "") -> str:
    """The page of the side that a decision went against: what was done, why, and how to object."""
    words = look.words
    title = words["affected_title"].format(reference=standing.reference)
    parts = [f"<h1>{title}</h1>", f'<p class="lead">{words["affected_lead"]}</p>']
    if note:
        parts.append(f'<section class="card bad" role="alert"><p>{escape(note)}</p></section>')
    if sent:
        parts.append(f'<section class="card done" role="status"><p>{words["sent"]}</p></section>')
    if standing.affected:
        parts.append(f'<section class="card"><h2>{words["said"]}</h2>{_prose(standing.affected)}</section>')
    parts.append(_course(look, standing, Side.AFFECTED))
    if Side.AFFECTED in standing.disputable:
        dmca = standing.kind is NoticeKind.DMCA
        name = "counter" if dmca else "object"
        parts.append(
            _word_form(look, "dispute", words[name], words[f"{name}_send"], words["object_hint"], named=True, dmca=dmca)
        )
    return page(look, title, "".join(parts))


def page(look: Look, title: str, body: str) -> str:
    """A whole page around a body."""
    words, other = look.words, "en" if look.language == "it" else "it"
    operator = look.desk.operator or look.station
    contact = f" · {escape(look.desk.contact)}" if look.desk.contact else ""
    return (
        f'<!doctype html>\n<html lang="{look.language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="robots" content="noindex">\n'
        f"<title>{escape(title)} · {escape(look.station)}</title>\n"
        f'<link rel="stylesheet" href="{look.base}/look.css">\n</head>\n<body>\n'
        f"<header><span>{escape(look.station)}</span>"
        f'<a href="{escape(look.other, quote=True)}?lang={other}" lang="{other}" hreflang="{other}">'
        f"{words['language']}</a></header>\n"
        f"<main>\n{body}\n</main>\n"
        f"<footer>{words['operator'].format(operator=escape(operator))}{contact}</footer>\n</body>\n</html>\n"
    )


class _Fields:
    """Draws the fields of the form with what was written in them and what is wrong of it."""

    def __init__(self, look: Look, filled: Filled | None, faults: Mapping[str, tuple[str, str]]) -> None:
        self._words, self._filled, self._faults = look.words, filled, faults
        self._with_dmca = NoticeKind.DMCA in look.desk.kinds
        self._only_dmca = look.desk.kinds == (NoticeKind.DMCA,)

    def line(self, name: str, complete: str = "off", kind: str = "text") -> str:
        """A field of one line."""
        value = escape(str(getattr(self._filled, name, "")), quote=True)
        entry = (
            f'<input id="{name}" name="{name}" type="{kind}" value="{value}" maxlength="{LONGEST_NAME}" '
            f'autocomplete="{complete}"{self._marks(name)}>'
        )
        return self._around(name, entry)

    def area(self, name: str, *, rows: int, style: str = "") -> str:
        """A field of several lines."""
        found = getattr(self._filled, name, "")
        value = "\n".join(found) if isinstance(found, tuple) else str(found)
        limit = f' maxlength="{LONGEST_REASONS}"' if name == "reasons" else ""
        plain = ' spellcheck="false" autocapitalize="none"' if name == "addresses" else ""
        entry = (
            f'<textarea id="{name}" name="{name}" rows="{rows}" class="{style}"{limit}{plain}{self._marks(name)}>'
            f"\n{escape(value)}</textarea>"
        )
        return self._around(name, entry)

    def tick(self, name: str) -> str:
        """A statement to confirm."""
        ticked = " checked" if getattr(self._filled, name, False) else ""
        fault = self._fault(name)
        return (
            f'{fault}<label class="choice"><input type="checkbox" id="{name}" name="{name}" value="yes"{ticked}'
            f"{self._marks(name)}><span>{self._words[name]}</span></label>"
        )

    def dmca(self, name: str) -> str:
        """A field that only a DMCA notice needs, where such notices are taken."""
        if not self._with_dmca:
            return ""
        drawn = self.tick(name) if name == "accuracy" else self.line(name, "name" if name == "signature" else "off")
        return f'<div class="dmca">{drawn}</div>'

    def _around(self, name: str, entry: str) -> str:
        hint = f'<p class="hint" id="{name}-hint">{self._words[f"{name}_hint"]}</p>' if self._has_hint(name) else ""
        apart = (
            f' <span class="hint">({self._words["dmca_only"]})</span>' if name in _DMCA and not self._only_dmca else ""
        )
        return f'<label for="{name}">{self._words[name]}{apart}</label>{hint}{self._fault(name)}{entry}'

    def _fault(self, name: str) -> str:
        fault = self._faults.get(name)
        return f'<p class="fault" id="{name}-fault">{" ".join(fault)}</p>' if fault else ""

    def _marks(self, name: str) -> str:
        told = [f"{name}-hint"] if self._has_hint(name) else []
        told += [f"{name}-fault"] if name in self._faults else []
        described = f' aria-describedby="{" ".join(told)}"' if told else ""
        return f'{described} aria-invalid="true"' if name in self._faults else described

    def _has_hint(self, name: str) -> bool:
        return f"{name}_hint" in self._words


def _summary(look: Look, faults: list[Missing]) -> str:
    rows = []
    for one in faults:
        sentence, remedy = missing_words(look.language, one.code, one.sentence, one.remedy)
        rows.append(f'<li><a href="#{one.field}">{sentence}</a> {remedy}</li>')
    return f'<section class="card bad" role="alert"><h2>{look.words["wrong"]}</h2><ul>{"".join(rows)}</ul></section>'


def _kinds(look: Look, kinds: tuple[NoticeKind, ...], chosen: NoticeKind) -> str:
    if len(kinds) == 1:
        return f'<input type="hidden" name="kind" value="{kinds[0].value}">'
    rows = "".join(
        f'<label class="choice"><input type="radio" id="kind-{one.value}" name="kind" value="{one.value}"'
        f"{' checked' if one is chosen else ''}><span>{look.words[f'kind_{one.value}']}</span></label>"
        for one in kinds
    )
    return _group(look.words["kind"], f"<div>{rows}</div>")


def _group(title: str, *fields: str) -> str:
    return f"<fieldset><legend>{title}</legend>{''.join(fields)}</fieldset>"


def _course(look: Look, standing: Standing, side: Side) -> str:
    words = look.words
    rows = "".join(
        f"<li>{words[f'state_{one.state.value}']}<time>{look.moment(one.at)}</time></li>" for one in standing.passed
    )
    then = ""
    if side is Side.SENDER or standing.state in _END | {State.DISPUTED}:
        due = look.day(standing.due) if standing.due else "…"
        until = look.day(standing.dispute_until) if standing.dispute_until else "…"
        then = words[f"then_{standing.state.value}"].format(due=due, until=until)
    if standing.restore_from:
        then = words["restore_from"].format(opens=look.day(standing.restore_from), due=look.day(standing.due))
    shown = f'<p class="then">{then}</p>' if then else ""
    return f'<section class="card"><h2>{words["status"]}</h2><ol class="course">{rows}</ol>{shown}</section>'


def _word_form(
    look: Look, step: str, title: str, button: str, hint: str, *, named: bool = False, dmca: bool = False
) -> str:
    words = look.words
    rows = [f'<label for="text">{title}</label>']
    if hint:
        rows.append(f'<p class="hint" id="text-hint">{hint}</p>')
    described = ' aria-describedby="text-hint"' if hint else ""
    rows.append(f'<textarea id="text" name="text" rows="6" maxlength="{LONGEST_REASONS}"{described}></textarea>')
    if named:
        for name, kind in (("name", "text"), ("email", "email"), *((("contact", "text"),) if dmca else ())):
            label = words["sender"] if name == "name" else words[name]
            rows.append(
                f'<label for="{name}">{label}</label><input id="{name}" name="{name}" type="{kind}" maxlength="200">'
            )
    if dmca:
        rows += [
            f'<label class="choice"><input type="checkbox" name="{name}" value="yes"><span>{words[name]}</span></label>'
            for name in ("by_mistake", "jurisdiction")
        ]
        rows.append(
            f'<label for="signature">{words["signature"]}</label><p class="hint">{words["signature_hint"]}</p>'
            '<input id="signature" name="signature" type="text" maxlength="200">'
        )
    return (
        f'<form method="post" class="card"><input type="hidden" name="do" value="{step}">{"".join(rows)}'
        f"<button>{button}</button></form>"
    )


def _prose(text: str) -> str:
    return f'<p class="words" dir="auto">{escape(text)}</p>'
