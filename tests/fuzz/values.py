"""Drawn values: what a person would write, and now and then what nobody should."""

import re
from collections.abc import Sequence
from random import Random
from typing import Any, TypeVar

Choice = TypeVar("Choice")

ODD_RATES = (0.0, 1e-300, 1e299, 1e300, 1.7e308, 1.0)
ODD_LENGTHS = (1, 1, 2, 0.5, 1.5, 1e-3, 100 / 3, 10**6, 10**12, 2**53)
ODD_NUMBERS = (0, 1, -1, 0.0, 1.0, 2, 1e-12, 1e12, 1e300, 5e-324)
WRONG: tuple[Any, ...] = (
    None,
    True,
    -3,
    float("nan"),
    float("inf"),
    -1e-300,
    "",
    "cos",
    "5 epochs",
    "-10%",
    "1e400",
    "010",
    "12:30",
    "\N{FULLWIDTH DIGIT FIVE}",
    "x" * 300,
    [],
    [1, [2]],
    {"a": 1},
    10**400,
    "t +",
)


def chance(rng: Random, share: float) -> bool:
    return rng.random() < share


def rate(rng: Random) -> float:
    if chance(rng, 0.05):
        return rng.choice(ODD_RATES)
    return round(10 ** rng.uniform(-6, 0.5), rng.randint(1, 9)) or 0.1


def length(rng: Random, longest: int = 150) -> float:
    """A number of steps, whole most of the time."""
    if chance(rng, 0.04):
        return rng.choice(ODD_LENGTHS)
    return rng.randint(1, longest) if chance(rng, 0.85) else round(rng.uniform(0.5, longest), 2)


def count(rng: Random, longest: int = 150) -> int:
    return int(rng.choice([1, 2, 10**6]) if chance(rng, 0.05) else rng.randint(1, longest))


def share(rng: Random) -> float:
    """A number between 0 and 1, its ends included."""
    return rng.choice([0.0, 1.0, 0.5, 0.1]) if chance(rng, 0.2) else round(rng.random(), rng.randint(1, 4))


def factor(rng: Random) -> float:
    """What a rate is multiplied by."""
    if chance(rng, 0.05):
        return rng.choice([0.0, 1.0, 1e-5, 10.0, 1.001, 2.0, 1e3])
    return round(rng.uniform(0.05, 1.3), rng.randint(1, 4))


def duration(rng: Random) -> Any:
    """A length as a spec writes it."""
    plain = length(rng)
    form = rng.choices(
        ["{}", "{} steps", "{} epochs", "{}%", "{}ba", "{}ep", "0.{}dur"], [20, 2, 1, 3, 0.3, 0.3, 0.3]
    )[0]
    if form == "{}":
        return plain
    small = rng.randint(1, 9)
    return form.format(plain if form.endswith("steps") else small)


def wrong(rng: Random) -> Any:
    return rng.choice(WRONG)


def some(rng: Random, things: Sequence[Choice], most: int) -> list[Choice]:
    """A few of them, in a drawn order."""
    return rng.sample(things, rng.randint(0, min(most, len(things))))


TOKENS = (
    *"()[]{}:,=.\n\t#'\"\\*-+ 0",
    "\r\n",
    "\0",
    "\ufeff",
    "def ",
    "lambda ",
    "if ",
    "else",
    "1e999",
    "- ",
    "!!",
)


def mutated(rng: Random, text: str, other: str = "") -> str:
    """A text with one piece cut, doubled, moved, mistyped, or a piece of another in it."""
    return rng.choice([_cut, _doubled, _mistyped, _moved, _mixed, _indented, _renumbered])(rng, text, other)


def _cut(rng: Random, text: str, _other: str) -> str:
    at, to = _span(rng, text)
    return rng.choice([text[:to], text[:at] + text[min(to, at + 20) :], text[:at] + text[at + 1 :]])


def _doubled(rng: Random, text: str, _other: str) -> str:
    at, to = _span(rng, text)
    return text[: min(to, at + 40)] + text[at:]


def _mistyped(rng: Random, text: str, _other: str) -> str:
    at, _ = _span(rng, text)
    return text[:at] + rng.choice(TOKENS) + text[at:]


def _moved(rng: Random, text: str, _other: str) -> str:
    lines = text.splitlines(keepends=True)
    if len(lines) > 1:
        lines.insert(rng.randrange(len(lines)), lines.pop(rng.randrange(len(lines))))
    return "".join(lines)


def _mixed(rng: Random, text: str, other: str) -> str:
    lines = text.splitlines(keepends=True)
    lines.insert(rng.randrange(len(lines) + 1), rng.choice(other.splitlines(keepends=True) or ["x"]))
    return "".join(lines)


def _indented(rng: Random, text: str, _other: str) -> str:
    lines = text.splitlines(keepends=True) or [""]
    at = rng.randrange(len(lines))
    lines[at] = rng.choice(["    ", "\t", " ", ""]) + lines[at].lstrip()
    return "".join(lines)


def _renumbered(rng: Random, text: str, _other: str) -> str:
    return renumbered(rng, text)


def _span(rng: Random, text: str) -> tuple[int, int]:
    at, to = sorted(rng.randrange(len(text) + 1) for _ in range(2))
    return at, to


def renumbered(rng: Random, text: str) -> str:
    """The same text with one of its numbers another."""
    found = list(re.finditer(r"(?<![\w.])\d+\.?\d*(e-?\d+)?(?![\w.])", text))
    if not found:
        return text
    match = rng.choice(found)
    if "." in match[0] or "e" in match[0]:
        new = repr(rng.choice([rate(rng), share(rng), factor(rng), 0.0, -0.5]))
    else:
        new = repr(rng.choice([count(rng), count(rng, 20), 0, -1, round(length(rng), 1)]))
    return text[: match.start()] + new + text[match.end() :]
