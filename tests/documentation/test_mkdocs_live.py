"""A small MkDocs project with the hook of docs/documentation-tools.md, built by the real MkDocs."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.live

GUIDE = Path(__file__).parents[2] / "docs" / "documentation-tools.md"
PAGE = """\
# Schedules

<!-- lrplot cosine rex --steps 300 --title "Hidden source" -->

Text.

## With its source

```lrplot
lr: 0.1
steps: 90
schedule: {type: step, step_size: 30}
```
"""


def example(name: str) -> str:
    """The file of the guide that begins with its name in a comment."""
    found = re.search(rf"```\w+\n# {re.escape(name)}\n([\s\S]*?)```", GUIDE.read_text(encoding="utf-8"))
    assert found is not None
    return found[1]


def build(project: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet"]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)


def test_a_site_is_built_with_fresh_pictures(tmp_path: Path) -> None:
    page = tmp_path / "docs" / "guide" / "page.md"
    page.parent.mkdir(parents=True)
    (tmp_path / "docs/index.md").write_text("# Home\n")
    page.write_text(PAGE)
    (tmp_path / "mkdocs.yml").write_text("site_name: Demo\n" + example("mkdocs.yml"))
    (tmp_path / "hooks.py").write_text(example("hooks.py"))
    done = build(tmp_path)
    assert done.returncode == 0, done.stderr
    html = (tmp_path / "site/guide/page/index.html").read_text(encoding="utf-8")
    pictures = re.findall(r'<img alt="([^"]*)" src="([^"]*)"', html)
    assert [target for _, target in pictures] == ["../../imgs/page-1.png", "../../imgs/page-2.png"]
    assert pictures[1][0] == "step: learning rate 0.1 at step 0, 0.001 at step 89"
    assert (tmp_path / "site/imgs/page-2.png").stat().st_size > 1000
    # The reader sees no source where it is a comment, and sees it where it is a fence.
    assert "Hidden source" not in re.sub(r"<!--.*?-->", "", html, flags=re.DOTALL)
    assert "step_size: 30" in html
    # What has not changed is not drawn again, or ``mkdocs serve`` would build for ever.
    first = page.stat().st_mtime_ns
    assert "drew 0, kept 2" in build(tmp_path).stderr
    assert page.stat().st_mtime_ns == first
    page.write_text(page.read_text().replace("step_size: 30", "step_siz: 30"))
    done = build(tmp_path)
    assert done.returncode != 0
    assert "page.md:14:" in done.stderr
    assert "did you mean 'step_size'?" in done.stderr
    assert "Traceback" not in done.stderr
