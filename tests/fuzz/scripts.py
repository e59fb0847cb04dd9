"""Whole training scripts: generated ones and those of the documents, cut, mixed and mistyped. Only read."""

import ast
from pathlib import Path
from random import Random

from lrplot.document.overrides import Overrides
from lrplot.sources.reference import load

from ..loops.generate import script
from . import runs
from .case import Case
from .values import chance, mutated, renumbered

FOLDER = Path(__file__).parents[1] / "python" / "scripts"
GENERATED = 10**9


def case(rng: Random) -> Case:
    text = _text(rng)
    for _ in range(rng.choice([0, 1, 1, 2, 3, 5])):
        text = _rewritten(rng, text, _text(rng))
    if chance(rng, 0.2):
        for _ in range(rng.randint(1, 3)):
            text = mutated(rng, text, _text(rng))
    settings = {"lr": "0.1", "steps": "200", "steps_per_epoch": "10"}
    said = {name: given for name, given in settings.items() if chance(rng, 0.3)}

    def trial(folder: Path) -> None:
        path = folder / "script.py"
        path.write_text(text, encoding="utf-8", errors="replace")
        runs.check_all(rng, load(str(path), Overrides(settings=said)))

    return Case(f"# {said}\n{text}", trial)


def _text(rng: Random) -> str:
    if chance(rng, 0.3):
        return rng.choice(sorted(FOLDER.glob("*.txt"))).read_text(encoding="utf-8")
    return script(rng.randrange(GENERATED), rng.randrange(GENERATED)).text


def _rewritten(rng: Random, text: str, other: str) -> str:
    """The script with a statement left out, doubled, moved, wrapped or taken from another; still Python."""
    try:
        tree, taken = ast.parse(text), ast.parse(other)
    except (SyntaxError, ValueError):
        return text
    bodies, others = _bodies(tree), _bodies(taken)
    body = rng.choice(bodies)
    at = rng.randrange(len(body))
    way = rng.choice(["out", "double", "move", "wrap", "other", "number", "number"])
    if way == "number":
        return renumbered(rng, text)
    if way == "double":
        body.insert(at, body[at])
    elif way == "other":
        body.insert(at, rng.choice(rng.choice(others)))
    elif way == "wrap":
        test = ast.parse(
            rng.choice(["epoch > 3", "True", "unknown", "i % 2 == 0", "loss < 1"]), mode="eval"
        ).body
        body[at] = rng.choice(
            [
                ast.If(test, [body[at]], []),
                ast.For(ast.Name("again"), ast.parse("range(3)", mode="eval").body, [body[at]], []),
                ast.While(test, [body[at]], []),
                ast.With([ast.withitem(ast.Name("anything"))], [body[at]]),
            ]
        )
    else:
        moved = body.pop(at) if len(body) > 1 else body[at]
        if way == "move":
            elsewhere = rng.choice(bodies)
            elsewhere.insert(rng.randrange(len(elsewhere) + 1), moved)
    try:
        return ast.unparse(ast.fix_missing_locations(tree))
    except RecursionError:  # a block moved into itself
        return text


def _bodies(tree: ast.AST) -> list[list[ast.stmt]]:
    """Every block of statements."""
    found = [getattr(node, "body", None) for node in ast.walk(tree)]
    return [body for body in found if isinstance(body, list) and body]
