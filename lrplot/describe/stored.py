"""The catalogue's table as it was measured once: comparing all calls with all curves takes a second.

``python tests/catalogue_table.py`` measures it anew; a test fails where it has become another.
"""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from lrplot.render.catalogue import Entry, Section, Sections
from lrplot.texts import Language, word


def sections(family: str | None, language: Language) -> Sections | None:
    """The catalogue as a table, one family alone where it is named; None where there is no such family."""
    stored = json.loads(files("lrplot.describe").joinpath("catalogue.json").read_text(encoding="utf-8"))
    found = [each for each in stored["sections"] if family in {None, each["family"]}]
    if not found:
        return None
    return Sections(
        [_section(each, language) for each in found],
        tuple(word(name, language) for name in ("name", "shape", "meaning")),
        tuple(stored["frameworks"]),
        tuple(word(name, language) for name in ("same", "other")),
    )


def _section(stored: Mapping[str, Any], language: Language) -> Section:
    facts = [
        (word(name, language), stored[name][language]) for name in ("strengths", "weaknesses", "typically")
    ]
    entries = [
        Entry(
            each["name"],
            {int(columns): shares for columns, shares in each["shapes"].items()},
            each["marks"],
            each["text"][language],
        )
        for each in stored["entries"]
    ]
    return Section(stored["title"][language], stored["what"][language], facts, entries)
