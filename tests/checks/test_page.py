"""docs/lint.md is what the rules say, and its sessions print what it shows."""

import pytest
from checks_page import END, PAGE, START, rules_section, session

from lrplot.checks.rules import RULES, Rule


def test_the_page_is_the_rules_own() -> None:
    """Else: python tests/checks_page.py."""
    assert PAGE.read_text(encoding="utf-8").split(START)[1].split(END)[0] == rules_section()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rules_example_shows_the_rule(rule: Rule) -> None:
    assert f": {rule.code} {rule.severity}: " in session(rule.example)
