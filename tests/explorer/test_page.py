"""docs/explore.md shows what the explorer says and what its saved spec draws."""

import re
from pathlib import Path

import pytest

from lrplot.__main__ import run as lrplot
from lrplot.explorer.help import HELP

PAGE = (Path(__file__).parents[2] / "docs/explore.md").read_text(encoding="utf-8")


def test_the_page_lists_the_keys_of_the_help_screen() -> None:
    assert f"```text\n{HELP}```" in PAGE


def test_the_saved_spec_of_the_recorded_run_draws_what_the_page_shows(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (spec,) = re.findall(r"```yaml\n([\s\S]*?)```", PAGE)
    (shown,) = re.findall(r"\$ lrplot render tuned.yaml -f chart\n([\s\S]*?)```", PAGE)
    (tmp_path / "tuned.yaml").write_text(spec)
    assert lrplot(["render", str(tmp_path / "tuned.yaml"), "-f", "chart", "--width", "80"]) == 0
    assert capfd.readouterr().out == shown
