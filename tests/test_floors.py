"""The house of DESIGN §6: a room imports only rooms on the floors above it."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

HOUSE = Path(__file__).parents[1] / "lrplot"

# From the top floor down; rooms on one floor never import each other.
FLOORS = (
    ("text", "display"),
    ("errors",),
    ("texts", "expression", "clock", "files"),
    ("schedules", "style"),
    ("records",),
    ("optimizers",),
    ("run",),
    ("curve",),
    ("document", "python", "render"),
    ("identification",),
    ("frameworks",),
    ("exports", "trainers"),
    ("sources",),
    ("describe", "checks", "recommend", "notebook", "gallery"),
    ("answers", "watching"),
    ("explorer",),
    ("cli",),
    ("__main__", "sphinxext"),
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}

# Who may import what is not ours; a library that is not named may be imported anywhere.
LIBRARIES = {
    "matplotlib": {"render"},
    "rich": {"render", "explorer", "cli", "text"},
    "typer": {"cli"},
    "yaml": {"document", "trainers"},
    "textual": {"explorer"},
    "docutils": {"sphinxext"},
    "sphinx": {"sphinxext"},
    "torch": set(),
    "keras": set(),
    "optax": set(),
    "transformers": set(),
}


def room_of(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


ASKED_OF = (ast.Import, ast.ImportFrom, ast.Compare, ast.MatchValue)
"""What is looked at; the other nodes of a file are let go, or a collection of garbage takes as long as a test."""


@cache
def seen(path: Path) -> tuple[tuple[tuple[ast.AST, bool], ...], tuple[str, ...]]:
    """Of a file, read once for all: its nodes that are looked at, and its numbers without a reason."""
    text = path.read_text(encoding="utf-8")
    module = ast.parse(text)
    return tuple(_placed(module)), tuple(_without_reason(module, text.splitlines()))


def placed(path: Path) -> tuple[tuple[ast.AST, bool], ...]:
    """The nodes of a file that are looked at, and whether each waits inside a function."""
    return seen(path)[0]


def _placed(module: ast.Module) -> Iterator[tuple[ast.AST, bool]]:
    waiting: list[tuple[ast.AST, bool]] = [(module, False)]
    while waiting:
        node, inside = waiting.pop()
        if isinstance(node, ASKED_OF):
            yield node, inside
        inside |= isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        waiting += [(child, inside) for child in ast.iter_child_nodes(node)]


PLAIN = {"0", "1", "2", "-1", "0.0", "1.0", "2.0", "-1.0"}
"""Numbers that need no reason."""


def _without_reason(module: ast.Module, lines: list[str]) -> Iterator[str]:
    """A module's constants that are a number, with neither a docstring below nor a comment beside or above."""
    for node, below in zip(module.body, [*module.body[1:], None], strict=True):
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
            continue
        if not is_number(node.value) or ast.unparse(node.value) in PLAIN:
            continue
        told = isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
        above = lines[node.lineno - 2 : node.lineno - 1]
        beside = "#" in lines[node.lineno - 1] or any(line.startswith("#") for line in above)
        if not told and not beside:
            yield f"{node.lineno}: {lines[node.lineno - 1]}"


def is_number(node: ast.AST) -> bool:
    """True for a number that is written out, as 4096, -0.5 or 1 << 18."""
    if isinstance(node, ast.UnaryOp):
        return is_number(node.operand)
    if isinstance(node, ast.BinOp):
        return is_number(node.left) and is_number(node.right)
    return isinstance(node, ast.Constant) and type(node.value) in {int, float}


def test_a_number_says_its_reason() -> None:
    bare = [f"{path}:{line}" for path in sorted(HOUSE.rglob("*.py")) for line in seen(path)[1]]
    assert not bare, "what each is of, and why so much, in a docstring below it:\n" + "\n".join(bare)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("MOST: Final = 64", False),
        ("_MOST = 1 << 18", False),
        ("_LEAST: Final = -0.5", False),
        ('FIRST: Final = 8\nSECOND: Final = 9\n"""Of the second alone."""', False),
        ('MOST: Final = 64\n"""Curves of a picture."""', True),
        ("MOST: Final = 64  # curves of a picture", True),
        ("# Curves of a picture.\nMOST: Final = 64", True),
        ("TWICE: Final = 2", True),
        ("IS: Final = True", True),
        ("SIZES: Final = (3, 4)", True),
    ],
)
def test_a_number_without_a_reason_is_found(text: str, told: bool) -> None:
    assert (not list(_without_reason(ast.parse(text), text.splitlines()))) is told


def nodes(path: Path) -> Iterator[ast.AST]:
    """The imports and comparisons of a file."""
    return (node for node, _ in placed(path))


@cache
def imports(path: Path) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for node in nodes(path):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append((node.lineno, node.module))
            found += [
                (node.lineno, f"{node.module}.{alias.name}")
                for alias in node.names
                if node.module == "lrplot"
            ]
    return found


def test_a_room_imports_only_what_lies_above_it() -> None:
    wrong = []
    for path in sorted(HOUSE.rglob("*.py")):
        if path == HOUSE / "__init__.py":
            continue
        own = path.relative_to(HOUSE).parts[0].removesuffix(".py")
        assert own in FLOOR, f"{path}: a room that DESIGN §6 does not know"
        for line, name in imports(path):
            if name.split(".")[0] == "lrplot":
                room = room_of(name)
                if room and room != own and FLOOR[room] >= FLOOR[own]:
                    wrong.append(f"{path}:{line}: {own} must not import {room}")
            elif own not in LIBRARIES.get(name.split(".")[0], {own}):
                wrong.append(f"{path}:{line}: {own} must not import {name}")
    assert not wrong, "\n".join(wrong)


@cache
def edges() -> dict[Path, dict[Path, int]]:
    """Which file imports which as it is itself imported, and on which line; an import inside a function waits."""
    return {path: dict(_imported(path)) for path in sorted(HOUSE.rglob("*.py"))}


def _imported(path: Path) -> Iterator[tuple[Path, int]]:
    for node, inside in placed(path):
        if inside:
            continue
        if isinstance(node, ast.ImportFrom) and node.module:
            named = [found for alias in node.names if (found := _file(f"{node.module}.{alias.name}"))]
            for found in named or [_file(node.module)]:
                if found is not None and found != path:
                    yield found, node.lineno
        elif isinstance(node, ast.Import):
            yield from ((found, node.lineno) for alias in node.names if (found := _file(alias.name)))


def _file(module: str) -> Path | None:
    """The file of one of our modules."""
    base = HOUSE.parent.joinpath(*module.split("."))
    files = (base.with_suffix(".py"), base / "__init__.py")
    return next((path for path in files if path.is_relative_to(HOUSE) and path.exists()), None)


def reached(start: Path) -> set[Path]:
    """The files that importing ``start`` imports."""
    found: set[Path] = set()
    waiting = [start]
    while waiting:
        new = set(edges()[waiting.pop()]) - found
        found |= new
        waiting += new
    return found


def test_no_file_imports_itself_in_a_circle() -> None:
    around = {path: reached(path) for path in edges()}
    in_circles = {path for path, below in around.items() if path in below}
    told = []
    for path in sorted(in_circles):
        told += [
            f"{path}:{line}: imports {other.relative_to(HOUSE)}, which imports it again"
            for other, line in edges()[path].items()
            if path in around[other]
        ]
    assert not told, "\n".join(told)


def test_matplotlib_is_drawn_with_in_one_room_and_without_pyplot() -> None:
    users = {
        path.parent.name
        for path in HOUSE.rglob("*.py")
        for _, n in imports(path)
        if n.startswith("matplotlib")
    }
    assert users == {"render"}
    for path in HOUSE.rglob("*.py"):
        assert not any("pyplot" in name for _, name in imports(path))


def test_a_schedule_file_holds_no_other_schedules_name() -> None:
    from lrplot.schedules import TYPES

    for path in [
        *(HOUSE / "document").glob("*.py"),
        *(HOUSE / "render").glob("*.py"),
        *(HOUSE / "curve").glob("*.py"),
    ]:
        for node in nodes(path):
            if isinstance(node, ast.Compare):
                named = [
                    c.value for c in node.comparators if isinstance(c, ast.Constant) and c.value in TYPES
                ]
                assert set(named) <= {"warmup"}, f"{path}:{node.lineno}: an 'if' for one schedule: {named}"


# Where a framework's name is still asked for outside its own room, each with what will take it away.
_ASKED: dict[str, set[str]] = {
    # The spellings, which become templates of the records (issue 13, 4).
    "exports/code.py": {"keras", "optax"},
    "exports/reacting.py": {"keras", "optax"},
    "exports/versions.py": {"pytorch"},
}


def test_no_framework_is_asked_for_by_name_outside_its_own_room() -> None:
    from lrplot.frameworks.registry import REGISTRY
    from lrplot.optimizers.base import Rule
    from lrplot.schedules.plateau import Plateau

    known = {name for each in REGISTRY.frameworks for name in (each.name, *each.aliases, *each.roots)}
    # A formula of an optimizer or of a plateau goes by the name of the framework it comes from.
    rules = {*get_args(Rule), *get_args(Plateau.model_fields["rule"].annotation)}
    wrong = []
    for path in sorted(HOUSE.rglob("*.py")):
        place = str(path.relative_to(HOUSE))
        room = place.partition("/")[0]
        if room == "frameworks":
            continue
        named = known - (rules if room in {"optimizers", "schedules"} else set()) - _ASKED.get(place, set())
        for node in nodes(path):
            wrong += [
                f"{path}:{node.lineno}: an 'if' for one framework: {name}"  # type: ignore[attr-defined]
                for name in asked_for(node)
                if name in named
            ]
    assert not wrong, "\n".join(wrong)


def asked_for(node: ast.AST) -> Iterator[str]:
    """The texts that something is compared with: by ``==``, ``in`` or a ``case``."""
    sides: list[ast.AST] = []
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
    elif isinstance(node, ast.MatchValue):
        sides = [node.value]
    for side in sides:
        members = side.elts if isinstance(side, ast.Set | ast.Tuple | ast.List) else [side]
        for each in members:
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                yield each.value
