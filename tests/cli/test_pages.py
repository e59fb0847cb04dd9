"""Pages that are read: how wide they are, and the page of a lint rule."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from command import lrplot

from lrplot.checks.rules import RULES


def test_a_page_on_its_way_to_a_pager_is_as_wide_as_the_terminal() -> None:
    leader, terminal = pty.openpty()
    os.system(f"stty cols 64 rows 24 < {os.ttyname(terminal)}")  # noqa: S605 (our own terminal)
    environment = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES"}}

    def widest(*arguments: str) -> int:
        done = subprocess.run(
            [sys.executable, "-m", "lrplot", *arguments],
            stdout=subprocess.PIPE,
            stderr=terminal,
            stdin=subprocess.DEVNULL,
            env=environment,
            check=True,
        )
        return max(map(len, done.stdout.decode().splitlines()))

    try:
        assert 56 <= widest("explain", "LR001") <= 64
        # The rows of a table stay whole, for what reads lines.
        assert widest("list") > 64
    finally:
        os.close(leader)
        os.close(terminal)


@pytest.mark.parametrize("name", ["LR004", "lr004", "First-Step-Zero"])
def test_a_rule_of_lint_is_explained_by_its_code_or_its_name(tmp_path: Path, name: str) -> None:
    done = lrplot("explain", name, cwd=tmp_path)
    text = done.stdout.decode()
    assert done.returncode == 0
    assert text.startswith("LR004 first-step-zero  note\n  The first step trains at rate 0.\n")
    assert "lrplot lint --ignore LR004" in text
    assert "# lrplot: ignore[LR004]" in text


def test_every_rule_has_a_page_and_an_unknown_code_is_told(tmp_path: Path) -> None:
    for rule in RULES:
        found = json.loads(lrplot("explain", rule.code, "--json", cwd=tmp_path).stdout)["explained"]
        assert [(each["kind"], each["name"]) for each in found] == [("rule", rule.name)]
    done = lrplot("explain", "LR099", cwd=tmp_path)
    assert (done.returncode, "no rule 'LR099'; did you mean LR0" in done.stderr.decode()) == (2, True)
    done = lrplot("explain", "LR004", "--latex", cwd=tmp_path)
    assert (done.returncode, "has no formula" in done.stderr.decode()) == (2, True)
