"""The words of figures and tables, in the languages of the documents; ``texts/`` holds them."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final, get_args

from lrplot.style import Language
from lrplot.texts import table

Words = Mapping[str, str]


def in_each_language(*names: str) -> Mapping[str, Words]:
    """The words of files of texts by language; a word that a language lacks is not in its own."""
    entries = {key: entry for name in names for key, entry in table(name).items()}
    return MappingProxyType(
        {
            language: {key: entry[language] for key, entry in entries.items() if language in entry}
            for language in get_args(Language)
        }
    )


WORDS: Final = in_each_language("figure")
"""The words that a figure may hold."""


@cache
def table_words(language: str) -> Words:
    """The words of the terminal's tables.

    >>> table_words("en")["> ½ peak"], table_words("zh")["peak"]
    ('> ½ peak', '峰值')
    """
    return in_each_language("tables")[language]


def phase_word(words: Words, name: str) -> str:
    """A phase's name in these words; a schedule type's own name where there is none.

    >>> phase_word(WORDS["zh"], "warm-up"), phase_word(WORDS["en"], "cosine_restarts")
    ('预热', 'cosine restarts')
    """
    return words.get(name, name.replace("_", " "))
