"""A statement of reasons has the database's fields, and tells nothing of anybody."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from rightcast.domain.statements import COUNTRIES, Statement, as_record, problems

GOOD = Statement(
    puid="N7K2M4QX9PA",
    territorial_scope=COUNTRIES,
    content_date=date(2026, 11, 1),
    application_date=date(2026, 11, 25),
    illegal_content_legal_ground="Directive 2001/29/EC, Article 3",
    illegal_content_explanation="The film was made available without the consent of its right holder.",
    decision_facts="The operator compared its agreements with what was on air.",
)


def test_a_good_statement_is_whole_and_has_the_fields_of_the_database() -> None:
    assert problems(GOOD) == []
    record = as_record(GOOD)
    assert record["decision_visibility"] == ["DECISION_VISIBILITY_CONTENT_DISABLED"]
    assert record["category"] == "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS"
    assert record["category_specification"] == ["KEYWORD_COPYRIGHT_INFRINGEMENT"]
    assert (record["source_type"], record["automated_detection"]) == ("SOURCE_ARTICLE_16", "No")
    assert record["application_date"] == "2026-11-25"
    assert "incompatible_content_ground" not in record


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"decision_facts": "x" * 5001}, "decision_facts"),
        ({"decision_facts": ""}, "decision_facts"),
        ({"decision_facts": "Anna Rossi wrote to us."}, "decision_facts"),
        ({"decision_facts": "Ask anna@example.org about it."}, "decision_facts"),
        ({"decision_facts": "Seen at /live/anna/secret/7.ts by us."}, "decision_facts"),
        ({"illegal_content_explanation": "Called from +39 06 1234567."}, "illegal_content_explanation"),
        ({"territorial_scope": ("US",)}, "territorial_scope"),
        ({"content_date": date(2026, 12, 1)}, "application_date"),
        ({"puid": "a b"}, "puid"),
        ({"decision_visibility": ()}, "decision_visibility"),
    ],
)
def test_what_would_be_refused_or_is_personal_is_named(change: dict[str, object], field: str) -> None:
    changed = replace(GOOD, **change)  # type: ignore[arg-type] # one field at a time
    assert [one.field for one in problems(changed, ("Anna Rossi",))] == [field]
