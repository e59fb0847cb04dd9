"""The README is run: its commands print what it shows, its Python says what it says."""

import doctest
import re
import shlex
import textwrap
from pathlib import Path

import pytest
from readme import END, START, catalogue_table

from lrplot.__main__ import run
from lrplot.schedules import CATALOGUE

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PLAIN = (
    "README.md",
    "docs/faq.md",
    "docs/figures.md",
    "docs/frameworks.md",
    "docs/training.md",
    "docs/loops.md",
    "docs/trainers.md",
    "docs/identify.md",
    "docs/verify.md",
    "docs/groups.md",
    "docs/refs.md",
    "docs/documentation-tools.md",
    "docs/chinese.md",
    "docs/watch.md",
    "docs/html.md",
)
# What the rules write of their page is run where it is compared, tests/checks/test_page.py.
LINT = (ROOT / "docs/lint.md").read_text(encoding="utf-8").split("<!-- rules -->")[0]
PAGES = "".join((ROOT / name).read_text(encoding="utf-8") for name in PLAIN) + LINT
SESSIONS = [
    (command, textwrap.dedent(shown))
    for command, shown in re.findall(r"```console\n *\$ lrplot (.*)\n([\s\S]*?) *```", PAGES)
]


def test_the_catalogue_is_the_classes_own() -> None:
    page = (ROOT / "docs" / "schedules.md").read_text(encoding="utf-8")
    assert page.split(START)[1].split(END)[0] == catalogue_table()


def test_the_readme_names_every_schedule() -> None:
    named = README.split("## Schedules")[1].split("## Options")[0]
    assert [name for name in CATALOGUE if f"`{name}`" not in named] == []


def test_there_are_sessions_to_run() -> None:
    assert len(SESSIONS) >= 4


@pytest.mark.parametrize(("command", "shown"), SESSIONS)
def test_a_session_prints_what_the_readme_shows(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    command: str,
    shown: str,
) -> None:
    for name in ("configs", "imgs", "docs", "tests", "README.md"):
        (tmp_path / name).symlink_to(ROOT / name)
    spec = "lr: 0.1\nepochs: 90\nschedule:\n  type: cosine\n  eta_mim: 1e-5\n"
    (tmp_path / "run.yaml").write_text(spec)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)
    run(shlex.split(command))
    printed = capfd.readouterr()
    assert printed.err + printed.out == shown


def test_the_readmes_python_says_what_it_says() -> None:
    code = re.search(r"```python\n([\s\S]*?)```", README)
    assert code is not None
    names: dict[str, object] = {}
    for line in code[1].splitlines():
        statement, _, said = line.partition("  # ")
        if said.startswith(("array(", "Measure(", "(", "[", "'")):
            assert repr(eval(statement, names)) == said.strip()  # noqa: S307 (our own README)
        else:
            exec(statement.replace('"configs/', f'"{ROOT}/configs/'), names)  # noqa: S102 (our own README)


def test_the_page_of_python_says_what_it_says() -> None:
    assert doctest.testfile(str(ROOT / "docs" / "python.md"), module_relative=False).failed == 0


@pytest.mark.parametrize(
    "page", [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "CONTRIBUTING.md"]
)
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    from urllib.parse import unquote

    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+?)\)", text):
        if "://" not in target:
            assert (page.parent / unquote(target)).exists(), target


def test_the_specs_of_the_pages_are_read(tmp_path: Path) -> None:
    from lrplot.sources.reference import load

    for i, text in enumerate(re.findall(r"```yaml\n([\s\S]*?)```", PAGES)):
        (tmp_path / f"{i}.yaml").write_text(text, encoding="utf-8")
        assert load(str(tmp_path / f"{i}.yaml"))
