"""The words of the options of a figure, as the values of a spec's ``figure``."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from lrplot.errors import UsageError
from lrplot.text.nearest import nearest_name

_SIDES: Final = 2
_LOOKS: Final = ("color", "width", "dash", "marker")
BARE: Final = {"--annotate": "true", "--no-annotate": "false"}
"""Options whose value may be left out, and what they say then."""


def spelled(name: str, value: Any) -> str:
    """The YAML of an option's value; what is wrong in it is told by whoever reads the spec.

    >>> spelled("xlim", "0:100"), spelled("ylim", "1e-6:"), spelled("dpi", "100")
    ('[0, 100]', '[1e-6, null]', '100')
    >>> spelled("curves", ["Ours:color=red,dash=dotted"])
    '{"Ours": {"color": "red", "dash": "dotted"}}'
    """
    return _SPELLINGS.get(name, _plain)(value)


def with_values(arguments: Sequence[str]) -> list[str]:
    """The words of a command line, an option whose value may be left out with it.

    >>> with_values(["--annotate", "cosine"]), with_values(["--annotate", "peak,end", "cosine"])
    (['--annotate=true', 'cosine'], ['--annotate=peak,end', 'cosine'])
    """
    words = list(arguments)
    found: list[str] = []
    while words:
        word = words.pop(0)
        if word == "--":
            return [*found, word, *words]
        if word in BARE:
            listed = word == "--annotate" and words and _is_list_of_marks(words[0])
            word = f"--annotate={words.pop(0) if listed else BARE[word]}"
        found.append(word)
    return found


def _is_list_of_marks(word: str) -> bool:
    """True where a word can only be what is to be named, even misspelt, and no REF."""
    from lrplot.style import MARKS

    names = word.split(",")
    if set(names) <= set(MARKS):
        return True
    return "," in word and all(nearest_name(name, MARKS) for name in names)


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _resolved(path: str) -> str:
    """A path from where the person stands, not from where the spec does."""
    return json.dumps(str(Path(path).resolve()))


def _inches(size: str) -> str:
    parts = size.lower().replace("×", "x").split("x")
    if len(parts) != _SIDES:
        raise UsageError(f"--size must be WIDTHxHEIGHT in inches, as 8x4.5, got '{size}'")
    return f"[{parts[0]}, {parts[1]}]"


def _span(option: str) -> Callable[[str], str]:
    def spell(text: str) -> str:
        if text in ("warmup", "off"):
            return text
        ends = text.split(":")
        if len(ends) != _SIDES or not text.strip(": "):
            raise UsageError(
                f"{option} must be FROM:TO, one of which may be left out, as 0:100, got '{text}'"
            )
        return "[" + ", ".join(end.strip() or "null" for end in ends) + "]"

    return spell


def _ticks(text: str) -> str:
    return f"[{text}]" if "," in text else text


def _list(text: str) -> str:
    return text if text in ("true", "false", "none") else "[" + text + "]"


def _curves(texts: Sequence[str]) -> str:
    """``LABEL:color=red,width=2`` as the look of a curve; a label may hold colons."""
    looks: dict[str, dict[str, Any]] = {}
    for text in texts:
        label, colon, said = text.rpartition(":")
        parts = [part.partition("=") for part in _parts(said)]
        wrong = next((name for name, equals, _ in parts if not equals or name.strip() not in _LOOKS), None)
        if not colon or not label or wrong is not None:
            what = f"LABEL:NAME=VALUE,… with {', '.join(_LOOKS)}, as 'Ours:color=red,dash=dashed'"
            raise UsageError(f"--curve must be {what}, got '{text}'")
        looks.setdefault(label, {}).update((name.strip(), _value(value)) for name, _, value in parts)
    return json.dumps(looks, ensure_ascii=False)


def _parts(said: str) -> list[str]:
    """The parts between commas, but for those inside brackets."""
    parts = [""]
    for character in said:
        inside = parts[-1].count("[") > parts[-1].count("]")
        if character == "," and not inside:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def _value(text: str) -> Any:
    """A number, a list of numbers, or a word."""
    text = text.strip()
    try:
        return json.loads(text)
    except ValueError:
        return text


_SPELLINGS: Final[Mapping[str, Callable[[Any], str]]] = {
    "title": json.dumps,
    "xlabel": json.dumps,
    "ylabel": json.dumps,
    "font": json.dumps,
    "size": _inches,
    "stylesheet": _resolved,
    "xlim": _span("--xlim"),
    "ylim": _span("--ylim"),
    "inset": _span("--inset"),
    "xticks": _ticks,
    "yticks": _ticks,
    "annotate": _list,
    "panels": _list,
    "curves": _curves,
}
