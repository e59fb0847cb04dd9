"""What the mutation tests change, and what they leave alone."""

import ast
from pathlib import Path

import pytest
from mutants.changes import around, changes, make

SOURCE = '''\
"""Text: 1 + 1."""
from typing import Annotated
LIMIT: int = 65_536
Few = Annotated[int, 3]

def f(x: list[1], low=0):
    """1 < 2."""
    if x < low and not x:
        raise ValueError(f"got {x + 1}", 2)
    x += 5
    log(x)
    return max(-x, True)
'''


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "it.py"
    path.write_text(SOURCE)
    return path


def test_what_runs_is_changed_and_no_text_or_annotation(source: Path) -> None:
    assert [(change.line, change.before, change.after) for _, change in changes(source)] == [
        (6, "0", "1"),
        (6, "0", "-1"),
        (8, "if x < low and (not x): raise ValueError(f'got {x + 1}', 2)",
         "if not (x < low and (not x)): raise ValueError(f'got {x + 1}', 2)"),
        (8, "x < low and (not x)", "x < low or not x"),
        (8, "x < low", "x <= low"),
        (8, "x < low", "x >= low"),
        (8, "not x", "x"),
        (9, "raise ValueError(f'got {x + 1}', 2)", "pass"),
        (10, "x += 5", "pass"),
        (10, "x += 5", "x -= 5"),
        (10, "5", "6"),
        (10, "5", "4"),
        (11, "log(x)", "pass"),
        (12, "return max(-x, True)", "return None"),
        (12, "max", "min"),
        (12, "-x", "x"),
        (12, "True", "False"),
    ]  # fmt: skip


def test_a_changed_tree_differs_in_the_change_alone(source: Path) -> None:
    found = [str(change) for _, change in changes(source)]
    for i, expected in enumerate(found):
        tree, change = list(changes(source))[i]
        assert str(change) == expected
        before, after = (ast.unparse(made).splitlines() for made in (ast.parse(SOURCE), make(tree, change)))
        assert before != after
        assert sum(one != other for one, other in zip(before, after, strict=True)) == 1


def test_the_functions_around_a_line_are_found_from_outside_in() -> None:
    tree = ast.parse("def f():\n    def g():\n        pass\n    return g\n")
    assert [[function.name for function in around(tree, line)] for line in (1, 3, 4)] == [
        ["f"],
        ["f", "g"],
        ["f"],
    ]
