"""The part of docs/lint.md that the rules write; run this file to write it anew."""

import contextlib
import io
import shlex
from pathlib import Path

from lrplot.__main__ import run
from lrplot.checks.rules import RULES

PAGE = Path(__file__).parents[1] / "docs/lint.md"
START, END = "<!-- rules -->\n", "<!-- /rules -->"


def session(example: str) -> str:
    """A rule's example as a terminal shows it: what was said, then what was printed."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        run(["lint", *shlex.split(example)])
    return f"```console\n$ lrplot lint {example}\n{err.getvalue()}{out.getvalue()}```\n"


def rules_section() -> str:
    rows = ["| code | name | severity | what |", "|---|---|---|---|"]
    rows += [
        f"| [{r.code}](#{r.code.lower()}-{r.name}) | {r.name} | {r.severity} | {r.title} |" for r in RULES
    ]
    pages = [
        f"## {rule.code} {rule.name}\n\n{rule.title} *({rule.severity})*\n\n"
        f"{rule.text.replace('``', '`')}\n\n{session(rule.example)}"
        for rule in RULES
    ]
    return "\n".join(["\n".join(rows) + "\n", *pages])


if __name__ == "__main__":
    before, rest = PAGE.read_text(encoding="utf-8").split(START)
    PAGE.write_text(before + START + rules_section() + END + rest.split(END)[1], encoding="utf-8")
