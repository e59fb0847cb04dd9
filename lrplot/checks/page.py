"""One rule of lint as a page, and as data."""

import re
from collections.abc import Iterator
from typing import Any, Final

from lrplot.checks.rules import RULES, Rule
from lrplot.render.page import Block, Facts, Lines, Paragraph, Title

_CODE: Final = re.compile(r"lr\d+", re.IGNORECASE)


def rule_called(name: str) -> Rule | None:
    """The rule of a code or a name, letter case ignored.

    >>> rule = rule_called("lr004")
    >>> None if rule is None else rule.name
    'first-step-zero'
    """
    known = {called.casefold(): rule for rule in RULES for called in (rule.code, rule.name)}
    return known.get(name.casefold())


def looks_like_rule(name: str) -> bool:
    """True for what is spelled as a code, known or not.

    >>> looks_like_rule("LR099"), looks_like_rule("linear")
    (True, False)
    """
    return _CODE.fullmatch(name) is not None


def blocks(rule: Rule) -> Iterator[Block]:
    """What is wrong, why and the way out, the command that shows it, and how it is silenced."""
    yield Title(f"{rule.code} {rule.name}", str(rule.severity))
    yield Paragraph(rule.title)
    for paragraph in rule.text.replace("``", "`").split("\n\n"):
        yield Paragraph(" ".join(paragraph.split()), apart=True)
    yield Lines([f"lrplot lint {rule.example}"], apart=True)
    yield Facts(
        [
            ("not told", f"lrplot lint --ignore {rule.code}"),
            ("meant here", f"# lrplot: ignore[{rule.code}]  in a comment of the spec or script"),
        ],
        apart=True,
    )


def as_data(rule: Rule) -> dict[str, Any]:
    """What the page says."""
    return {
        "kind": "rule",
        "code": rule.code,
        "name": rule.name,
        "severity": str(rule.severity),
        "title": rule.title,
        "text": rule.text,
        "example": f"lrplot lint {rule.example}",
    }
