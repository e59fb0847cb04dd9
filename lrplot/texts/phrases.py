"""Sentences with values in them, in another language: what is told is matched with ``phrases.json``."""

import re
from functools import cache
from typing import Any, Final

from lrplot.texts import table

_FIELD: Final = re.compile(r"\{(\w+)\}")


def in_language(sentence: str, language: str) -> str:
    """A sentence in a language; as it is where nobody has said it in that yet.

    >>> in_language("wrote cosine.png", "zh"), in_language("wrote cosine.png", "en")
    ('已写入 cosine.png', 'wrote cosine.png')
    """
    if language == "en":
        return sentence
    for pattern, said in _phrases(language):
        found = pattern.fullmatch(sentence)
        if found is not None:
            values = {name: in_language(value, language) for name, value in found.groupdict().items()}
            return said.format(**values)
    return sentence


@cache
def _phrases(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    entries: Any = table("phrases")
    return tuple((_pattern(each["en"]), each[language]) for each in entries)


def _pattern(phrase: str) -> re.Pattern[str]:
    """A phrase as a pattern whose groups are its fields."""
    parts = _FIELD.split(phrase)
    # Every second part is a field's name.
    return re.compile(
        "".join(f"(?P<{part}>.+?)" if i % 2 else re.escape(part) for i, part in enumerate(parts)), re.DOTALL
    )
