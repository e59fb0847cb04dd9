"""Markdown documents as REFs: each fenced block that says a schedule is one."""

from pathlib import Path

import pytest
from command import lrplot

from lrplot.errors import LrplotError
from lrplot.sources.reference import expanded, load
from lrplot.text.markdown import beside, blocks_of, images_of

DOCUMENT = """\
# A page

```python
import torch
model = torch.nn.Linear(2, 2)
```

A scheduler:

```python
StepLR(SGD(p, lr=0.1), 3)
```

> A spec in a quotation, and a configuration in a list:
>
> ```yaml
> lr: 0.2
> steps: 9
> schedule: {type: step, step_size: 3}
> ```

1. ```json
   {"learning_rate": 1e-4, "max_steps": 100,
    "per_device_train_batch_size": 4, "output_dir": "out"}
   ```

~~~console
$ ls -l --all
$ torchrun --nproc_per_node 2 run_clm.py --max_steps 100 \\
    --learning_rate 2e-5 --per_device_train_batch_size 4
{'loss': 3}
~~~

```
lr: 3
```
"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.md"
    path.write_text(DOCUMENT, encoding="utf-8")
    return path


@pytest.mark.parametrize(("number", "first"), [(1, 0.1), (2, 0.2), (3, 1e-4), (4, 2e-5)])
def test_a_number_names_one_of_the_schedules(page: Path, number: int, first: float) -> None:
    (run,) = load(f"{page}#{number}")
    assert float(run.schedule(0)) == first


def test_a_document_stands_for_all_of_them_where_several_may_be(page: Path) -> None:
    assert expanded(str(page)) == [f"{page}#{number}" for number in (1, 2, 3, 4)]
    done = lrplot("at", "page.md", "0", cwd=page.parent)
    assert done.returncode == 0
    assert done.stdout.decode().splitlines()[-1].split() == ["0", "0.1", "0.2", "1e-4", "2e-5"]
    assert "page.md: 2 of 6 blocks are no schedules (lines 4, 35)" in done.stderr.decode()


def test_one_picture_a_block_is_drawn(page: Path) -> None:
    assert lrplot("render", "page.md", "--dpi", "20", cwd=page.parent).returncode == 0
    assert {path.name for path in page.parent.glob("*.png")} == {f"page-{n}.png" for n in (1, 2, 3, 4)}


def test_a_command_for_one_asks_which(page: Path) -> None:
    with pytest.raises(
        LrplotError, match=r"4 blocks in it are schedules; name one: .*page\.md#1 \(line 11\)"
    ):
        load(str(page))
    with pytest.raises(LrplotError, match=r"#7: no such block; there are .*page\.md#4"):
        load(f"{page}#7")


@pytest.mark.parametrize(
    ("old", "new", "number", "told"),
    [
        ("step_size: 3", "step_sise: 3", 2, "page.md:19:"),
        ("lr=0.1", "lr=rate", 1, "page.md:11:18: 'rate' is not known here"),
        ('"per_device_train_batch_size": 4', '"per_device_train_batch_size": "x"', 3, "page.md:24:"),
        ("--learning_rate 2e-5", "--learning_rate x", 4, "page.md:29:"),
    ],
)
def test_mistakes_are_told_with_the_documents_line(
    page: Path, old: str, new: str, number: int, told: str
) -> None:
    page.write_text(DOCUMENT.replace(old, new), encoding="utf-8")
    with pytest.raises(LrplotError) as error:
        load(f"{page}#{number}")
    assert told in str(error.value)


def test_a_document_with_one_is_that_one_and_without_any_is_none(tmp_path: Path) -> None:
    path = tmp_path / "one.md"
    path.write_text("```py\nStepLR(SGD(p, lr=0.1), 3)\n```\n```py\nx = (\n```\n", encoding="utf-8")
    (run,) = load(str(path))
    assert run.schedule([2, 3]).round(9).tolist() == [0.1, 0.01]
    path.write_text("# Title\n```py\nx = 3\n```\n", encoding="utf-8")
    with pytest.raises(LrplotError, match=r"one\.md: none of its 1 fenced blocks is a schedule"):
        load(str(path))
    with pytest.raises(LrplotError, match="cannot be read"):
        load(str(tmp_path / "none.md"))


def test_a_lint_remark_in_a_block_holds(tmp_path: Path) -> None:
    spec = "# A\n```yaml\nlr: 0.1\nsteps: 9\nschedule: cosine # lrplot: ignore[LR003]\n```\n"
    (tmp_path / "a.md").write_text(spec, encoding="utf-8")
    with_remark = lrplot("lint", "a.md", "--select", "LR003", cwd=tmp_path).stdout.decode()
    (tmp_path / "a.md").write_text(spec.replace("# lrplot: ignore[LR003]", ""), encoding="utf-8")
    without = lrplot("lint", "a.md", "--select", "LR003", cwd=tmp_path).stdout.decode()
    assert "LR003" not in with_remark
    assert without.startswith("a.md:5: LR003")


def test_the_nearest_picture_under_the_same_heading_is_a_blocks() -> None:
    text = (
        "# One\n```py\na\n```\n![](after.png)\n## Two\n<img src='before.png'>\nwords\n```py\nb\n```\nwords\n"
        "words\nwords\n![](far.png)\n## Three\n```py\nc\n```\n## Four\n![](other.png)\n`![](code.png)`\n"
    )
    found = beside(blocks_of(text), images_of(text))
    assert {line: image.target for line, image in found.items()} == {3: "after.png", 10: "before.png"}


def test_what_is_no_number_of_a_block_is_told_with_the_blocks_there_are(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```python\nStepLR(optimizer, 3)\n```\n")
    with pytest.raises(LrplotError, match=r"#x: no such block; there are .*#1 \(line 2\)"):
        load(f"{page}#x")
