"""The house of DESIGN §6: a room imports only rooms on the floors above it."""

import ast
from functools import cache
from pathlib import Path

HOUSE = Path(__file__).parents[1] / "lrplot"

# From the top floor down; rooms on one floor never import each other.
FLOORS = (
    ("errors", "display"),
    ("text", "texts", "expression", "clock", "files"),
    ("schedules",),
    ("records",),
    ("optimizers",),
    ("run",),
    ("curve",),
    ("document", "python", "render"),
    ("frameworks",),
    ("exports", "trainers"),
    ("sources",),
    ("describe", "checks", "recommend", "notebook", "gallery"),
    ("explorer",),
    ("cli",),
    ("__main__",),
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}

# Who may import what is not ours; a library that is not named may be imported anywhere.
LIBRARIES = {
    "matplotlib": {"render"},
    "rich": {"render", "explorer", "cli", "text"},
    "typer": {"cli"},
    "yaml": {"document", "trainers"},
    "textual": {"explorer"},
    "torch": set(),
    "keras": set(),
    "optax": set(),
    "transformers": set(),
}


def room_of(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Every node of a file, read once for all that is asked of it."""
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


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
