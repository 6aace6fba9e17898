"""The tree of failures: stable codes, a sentence and a remedy, one JSON shape."""

from __future__ import annotations

import re

from rightcast.domain import errors


def leaves() -> list[type[errors.RightcastError]]:
    return [
        one
        for one in vars(errors).values()
        if isinstance(one, type) and issubclass(one, errors.RightcastError) and one is not errors.RightcastError
    ]


def test_every_failure_has_a_code_of_its_own() -> None:
    codes = [leaf.code for leaf in leaves()]
    assert len(set(codes)) == len(codes)
    assert errors.RightcastError.code not in codes
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in codes)


def test_a_failure_reads_as_sentence_and_remedy() -> None:
    failure = errors.PortTakenError("Port 8080 is taken.", remedy="Choose another with --listen.", field="listen")
    assert str(failure) == "Port 8080 is taken. Choose another with --listen."
    assert failure.as_dict() == {
        "code": "port-taken",
        "sentence": "Port 8080 is taken.",
        "remedy": "Choose another with --listen.",
        "field": "listen",
    }
    assert str(errors.NotFoundError("There is no line of this name.")) == "There is no line of this name."
