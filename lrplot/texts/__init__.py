"""Text in the languages of the readers, and the files that hold it: what people read, apart from the code.

``words.json`` holds the words of the pages, ``advice.json`` and ``families.json`` when a schedule is good,
``parameters_zh.json`` the parameters in Chinese, ``recommend.json`` the recommendations and their sources.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal, NamedTuple, get_args

from lrplot.errors import UsageError

Language = Literal["en", "zh"]


class Text(NamedTuple):
    """The same in English and in Chinese; empty in English where a docstring says it."""

    en: str
    zh: str

    def said(self, language: Language) -> str:
        """The text in one language."""
        return self.zh if language == "zh" else self.en

    @classmethod
    def read(cls, entry: Mapping[str, str]) -> "Text":
        """A text as the files hold it.

        >>> Text.read({"zh": "学习率"})
        Text(en='', zh='学习率')
        """
        return cls(entry.get("en", ""), entry["zh"])


def language(name: str) -> Language:
    """The language called ``name``.

    Raises
    ------
    UsageError
        When the pages are not written in it.
    """
    for each in get_args(Language):
        if name == each:
            found: Language = each
            return found
    raise UsageError(f"--lang must be one of {', '.join(get_args(Language))}, got '{name}'")


@cache
def table(name: str) -> Mapping[str, Any]:
    """The contents of the file ``name``.json beside this one."""
    found: Mapping[str, Any] = json.loads(
        files("lrplot.texts").joinpath(f"{name}.json").read_text(encoding="utf-8")
    )
    return found


def word(name: str, language: Language) -> str:
    """A word of the pages.

    >>> word("advice", "en")
    'When to use it'
    """
    return Text.read(table("words")[name]).said(language)


def chinese_parameter(kind: str, name: str) -> str:
    """The meaning of a parameter of a type, in Chinese; in English the classes say it themselves.

    A name alone is meant where no type has a meaning of its own for it.

    >>> chinese_parameter("cosine", "T_max"), chinese_parameter("linear", "T_max")
    ('从 lr 到 eta_min 的步数（半个周期）', '到 end_lr 的步数')
    """
    meanings = table("parameters_zh")
    return str(meanings.get(f"{kind}.{name}", meanings.get(name, "")))
