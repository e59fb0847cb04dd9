"""Notebooks (.ipynb) as REFs: code cells in order, magics left out, places told as cell and line."""

import json
from pathlib import Path

import pytest

from lrplot.document.overrides import Overrides
from lrplot.errors import LrplotError
from lrplot.sources.reference import load


def written(folder: Path, *cells: str) -> str:
    """A notebook with these code cells, a page of text before each."""
    both = [
        each
        for cell in cells
        for each in (
            {"cell_type": "markdown", "source": ["# Not (Python"]},
            {"cell_type": "code", "source": cell.splitlines(keepends=True), "outputs": []},
        )
    ]
    path = folder / "nb.ipynb"
    path.write_text(json.dumps({"cells": both, "metadata": {}, "nbformat": 4}), encoding="utf-8")
    return str(path)


def test_the_cells_are_one_script_and_magics_are_none_of_it(tmp_path: Path) -> None:
    name = written(
        tmp_path,
        "%matplotlib inline\n!pip install torch \\\n    timm\nimport torch\nfiles = !ls\ntorch.optim?",
        "%%time\nepochs = 9\noptimizer = torch.optim.SGD(p, lr=0.1)\nscheduler = StepLR(optimizer, 3)",
        "%%html\n<b>not Python</b>",
        "for epoch in range(epochs):\n    if True:\n        %time train(model)\n"
        "    optimizer.step()\n    scheduler.step()",
    )
    (run,) = load(name)
    assert run.steps == 9
    assert run.schedule([2, 3, 8]).round(9).tolist() == [0.1, 0.01, 0.001]


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (["import torch", "x = 3\ny = ("], "nb.ipynb:cell 2:2:5: not Python"),
        (["\nStepLR(SGD(p, lr=args.lr), 3)"], "nb.ipynb:cell 1:2:18: 'args.lr' is not known here"),
        (
            ["import torch", "a = TrainingArguments(\n  'out',\n  learning_rate='fast')"],
            "nb.ipynb:cell 2:3:3: ",
        ),
        (
            ["!python run.py --per_device_train_batch_size 4 \\\n --learning_rate fast"],
            "nb.ipynb:cell 1:1:1: ",
        ),
        ([], "nb.ipynb: a notebook without code cells"),
        (["  \n"], "nb.ipynb: a notebook without code cells"),
    ],
)
def test_mistakes_are_told_with_their_cell_and_line(tmp_path: Path, cells: list[str], told: str) -> None:
    name = written(tmp_path, *cells)
    with pytest.raises(LrplotError) as error:
        load(name, Overrides(facts={"examples": 100}))
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "it is no JSON"),
        ('{"cells": [', "it is no JSON"),
        ("[1]", "it has no list of 'cells'"),
        ('{"cells": 3}', "it has no list of 'cells'"),
        ('{"cells": [3, null, {"cell_type": "code"}]}', "without code cells"),
        ("[" * 100_000, "it is no JSON"),
    ],
)
def test_what_is_no_notebook_is_refused(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "nb.ipynb"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LrplotError) as error:
        load(str(path))
    assert told in str(error.value)
    assert str(error.value).startswith(str(path))


@pytest.mark.parametrize(
    "cell",
    [
        "!python run_clm.py --max_steps 100 \\\n    --learning_rate 2e-5 --per_device_train_batch_size 4",
        "%%bash\nexport LR=2e-5\npython run_clm.py --max_steps 100 --learning_rate $LR "
        "--per_device_train_batch_size 4",
    ],
)
def test_a_command_in_a_cell_is_read(tmp_path: Path, cell: str) -> None:
    (run,) = load(written(tmp_path, cell))
    assert run.schedule([0, 50]).tolist() == [2e-5, 1e-5]


def test_a_notebook_of_version_three_is_read(tmp_path: Path) -> None:
    cells = [{"cell_type": "code", "input": ["StepLR(SGD(p, lr=0.1), 3)"]}]
    path = tmp_path / "old.ipynb"
    path.write_text(json.dumps({"worksheets": [{"cells": cells}], "nbformat": 3}), encoding="utf-8")
    (run,) = load(str(path))
    assert run.schedule([2, 3]).round(9).tolist() == [0.1, 0.01]
