"""Changes of schedulers and rates in places, and in ways, that are not followed."""

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from lrplot.python.meanings import Meanings, unchanged
from lrplot.python.mutation import OF_MAPPINGS
from lrplot.python.nodes import nodes_of
from lrplot.python.syntax import last_part
from lrplot.python.tables import AsWritten
from lrplot.python.values import Made

if TYPE_CHECKING:
    from lrplot.python.walk import Walk

_OF_LISTS: Final = frozenset({"reverse", "pop", "insert", "sort", "clear", "remove", "extend", "append"})
"""Methods that change which parameter groups there are, or their order."""
_OF_GROUPS: Final = frozenset({"pop", "popitem", "clear", "__ior__"})
_SETS_ITEM: Final = frozenset({"setitem", "__setitem__"})
"""``group["lr"] = …`` in other words: the operator module's, and the method behind it."""
_GROUPS: Final = frozenset({"g", "pg", "p", "param"})
"""What parameter groups are called for short."""
_RATES: Final = frozenset({"lr", "learning_rate"})
_SETTING: Final = frozenset({"setattr", "__setattr__"})
_OWN_FIELD: Final = "a scheduler's own field is written over here, which is not read"


def unfollowed(script: "Walk", *, never_stepped: bool) -> tuple[ast.AST, str] | None:
    """The first place that may change a rate and is not followed, and what to say of it.

    Parameters
    ----------
    script
        The text, once it is read.
    never_stepped
        Whether a scheduler was found that nothing steps.
    """
    for node in nodes_of(script.tree):
        said = _said_of(node, script)
        if said is not None and not script.coverage.passed(node):
            return node, said
    held = script.objects.never_called(script.coverage.passed)
    if held is not None:
        return held, (
            f"'{ast.unparse(held)}' is put away here, and where it is called from there is not followed; "
            "call it in the loop itself"
        )
    changed = rebound(script)
    if changed is not None:
        return changed
    for node in _steps_elsewhere(script, never_stepped=never_stepped):
        return node, (
            f"'{ast.unparse(node)}' is not followed from where this text calls it (a hook, a decorator, a "
            "closure, a class's own method), and it may step the scheduler; write the step into the loop"
        )
    return None


def rebound(script: "Walk") -> tuple[ast.AST, str] | None:
    """The first scheduler whose function reads a name that the text binds to something else later."""
    for function, node, then in script.evaluator.closures:
        now = Meanings(script.evaluator).of(function)
        for name, value in then.items():
            if not unchanged(value, now.get(name)):
                if "." in name or "[" in name:
                    return node, (
                        f"its function reads '{name}', which this text changes later, and Python then "
                        f"computes with the new value; read it once before (value = {name}), and 'value' in "
                        "the function"
                    )
                own = f"{name}.copy()" if isinstance(value, list | dict | AsWritten) else name
                return node, (
                    f"its function reads '{name}', which this text changes later, and Python then computes "
                    f"with the new value; give the function its own: {name}={own}"
                )
    return None


def _said_of(node: ast.AST, script: "Walk") -> str | None:
    """The fault of a place whatever surrounds it, None where there is none."""
    if isinstance(node, ast.Assign | ast.AugAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if any(_is_member_of_fields(each, script) for each in targets):
            return _OWN_FIELD
        if any(_is_groups(each) or _is_one_of_groups(each) for each in targets):
            return "parameter groups are replaced here, which is not read; write group['lr'] = … instead"
    if isinstance(node, ast.Delete) and any(map(_is_one_of_groups, node.targets)):
        return "a parameter group is taken out here, which is not read"
    if not isinstance(node, ast.Call):
        return None
    first = node.args[0] if node.args else None
    if last_part(node.func) in _SETTING and first is not None and ast.unparse(first) in _labels(script):
        return _OWN_FIELD
    if isinstance(node.func, ast.Attribute):
        if node.func.attr in OF_MAPPINGS and _are_fields(node.func.value, script):
            return _OWN_FIELD
        return _of_method(node, node.func)
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name in _SETS_ITEM and _keys(node) & _RATES:
        return f"a rate is changed here by {name}, which is not read; write group['lr'] = … instead"
    text = first.value if isinstance(first, ast.Constant) else None
    if name in {"exec", "eval"} and isinstance(text, str) and ("step" in text or "lr" in text):
        return f"what {name} runs is not read; write it as plain Python"
    return None


def _of_method(node: ast.Call, function: ast.Attribute) -> str | None:
    owner, name = function.value, function.attr
    if name in _OF_LISTS and _is_groups(owner):
        return f"which parameter groups there are is changed here by {name}, which is not read"
    held = ast.unparse(owner).rpartition(".")[2]
    of_group = name in _OF_GROUPS and ("group" in held or held in _GROUPS)
    if (of_group or name in _SETS_ITEM) and _keys(node) & _RATES:
        return f"a rate is changed here by {name}, which is not read; write group['lr'] = … instead"
    of_rate = isinstance(owner, ast.Subscript) and isinstance(owner.slice, ast.Constant)
    if of_rate and owner.slice.value in _RATES and name.endswith("_"):  # type: ignore[attr-defined]
        return f"a rate is changed in place by {name}, which is not read; write group['lr'] = … instead"
    return None


def _keys(node: ast.Call) -> set[Any]:
    return {each.value for each in node.args if isinstance(each, ast.Constant)}


def _are_fields(node: ast.expr, script: "Walk") -> bool:
    """True for ``vars(scheduler)`` and ``scheduler.__dict__``."""
    if isinstance(node, ast.Call) and last_part(node.func) == "vars" and len(node.args) == 1:
        return ast.unparse(node.args[0]) in _labels(script)
    is_dict = isinstance(node, ast.Attribute) and node.attr == "__dict__"
    return is_dict and ast.unparse(node.value) in _labels(script)  # type: ignore[attr-defined]


def _is_member_of_fields(node: ast.expr, script: "Walk") -> bool:
    return isinstance(node, ast.Subscript) and _are_fields(node.value, script)


def _is_groups(node: ast.expr) -> bool:
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        node = node.value
    return isinstance(node, ast.Attribute) and node.attr == "param_groups"


def _is_one_of_groups(node: ast.expr) -> bool:
    return isinstance(node, ast.Subscript) and _is_groups(node.value)


def _labels(script: "Walk") -> set[str]:
    """The variables that hold schedulers."""
    made = {id(each) for each in script.evaluator.made if isinstance(each, Made)}
    return {label for key, label in script.labels.items() if key in made}


def _steps_elsewhere(script: "Walk", *, never_stepped: bool) -> Iterator[ast.Call]:
    """The steps of schedulers in the text that no event of the training comes from."""
    known = {id(event.node) for event in script.training.events()}
    held = {label.rpartition(".")[2] for label in _labels(script)}
    in_lambdas = _in_lambdas(script.tree)
    for node in nodes_of(script.tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr not in script.evaluator.registry.loop.steps or id(node) in known:
            continue
        name = ast.unparse(node.func.value).rpartition(".")[2].lower()
        schedulers = "sch" in name or name in {each.lower() for each in held}
        read = script.coverage.reached(node) and id(node) not in in_lambdas
        unknown = read and never_stepped and not node.args and "prof" not in name and "opt" not in name
        if unknown or (schedulers and not read and script.coverage.may_run(node)):
            yield node


def _in_lambdas(tree: ast.AST) -> set[int]:
    lambdas = (node for node in nodes_of(tree) if isinstance(node, ast.Lambda))
    return {id(inner) for each in lambdas for inner in ast.walk(each.body)}
