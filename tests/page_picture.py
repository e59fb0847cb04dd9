"""The picture of a page in docs/html.md: ``python -m tests.page_picture`` opens the page and photographs it."""

import re
import shlex
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))


def main() -> None:
    """Write the page by the document's own command, point at it, and take its picture."""
    from browser import Browser
    from command import lrplot

    text = (ROOT / "docs/html.md").read_text(encoding="utf-8")
    command = re.search(r"\$ lrplot (render .*-o (\w+)\.html)", text)
    assert command is not None
    with tempfile.TemporaryDirectory() as folder, Browser() as browser:
        done = lrplot(*shlex.split(command[1]), cwd=Path(folder))
        assert done.returncode == 0, done.stderr
        browser.size(1100, 830)
        browser.open(Path(folder) / f"{command[2]}.html")
        browser.ask("document.querySelector('.sliders input').focus()")
        browser.key("ArrowRight")
        left, top = browser.ask(
            "(() => { const b = document.querySelector('.u-over').getBoundingClientRect();"
            " return [b.x + 0.5 * b.width, b.y + 0.2 * b.height]; })()"
        )
        browser.mouse("mouseMoved", left, top)
        browser.frame()
        browser.picture(ROOT / "docs/html" / f"{command[2]}.png")


if __name__ == "__main__":
    main()
