"""An optimizer as a framework's call, in place of the SGD that stands in exported code."""

import ast
from typing import Any

from lrplot.exports.formula import number
from lrplot.frameworks.registry import REGISTRY
from lrplot.optimizers.base import Optimizer, Rule


def spell_optimizer(optimizer: Optimizer, rule: Rule, rate: str) -> str:
    """The call of a framework, its rate as source text; what its default is is left out.

    >>> from lrplot.optimizers.adam import Adam
    >>> spell_optimizer(Adam(betas=(0.9, 0.95)), "pytorch", "0.01")
    'torch.optim.Adam(model.parameters(), lr=0.01, betas=(0.9, 0.95))'
    >>> spell_optimizer(Adam(rule="keras", betas=(0.9, 0.95), eps=1e-6), "keras", "schedule")
    'keras.optimizers.Adam(learning_rate=schedule, beta_2=0.95, epsilon=1e-06)'
    """
    framework = REGISTRY.optimizers_of(rule)
    name, own = framework.of_type(optimizer.type)
    words = [f"{framework.opening}{rate}"]
    defaults = {name: info.default for name, info in type(optimizer).model_fields.items()}
    if optimizer.rule != rule:
        defaults |= type(optimizer).OWN[rule]
    for theirs, ours in own.parameters:
        field, dot, index = ours.partition(".")
        value, default = _said(optimizer, field, rule), defaults[field]
        if dot:
            value, default = value[int(index)], default[int(index)]
        if value != default:
            words.append(f"{theirs}={_plain(value)}")
    return f"{framework.home}.{name}({', '.join(words)})"


def with_optimizer(code: str, optimizer: Optimizer, target: str) -> tuple[str, str | None]:
    """Exported code with this optimizer in it, and what is not the same, None where all is."""
    name, _ = REGISTRY.optimizers_of(optimizer.rule).of_type(optimizer.type)
    theirs = REGISTRY[target].optimizers
    rule = None if theirs is None else theirs.rule
    if rule is None:
        return code, f"{name} is not written for Optax; SGD stands in its place"
    tree = ast.parse(code)
    for statement in tree.body:
        is_it = isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "optimizer"
        if is_it and isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call):
            call = statement.value
            names = {"lr", "learning_rate"}
            rate = next(ast.get_source_segment(code, k.value) for k in call.keywords if k.arg in names)
            old = ast.get_source_segment(code, call)
            if rate is not None and old is not None:
                code = code.replace(old, spell_optimizer(optimizer, rule, rate), 1)
                break
    else:
        return code, f"{name} has no place in this code"
    if optimizer.rule != rule:
        return code, f"{name} computes other updates in the two frameworks"
    return code, None


def _said(optimizer: Optimizer, field: str, rule: Rule) -> Any:
    """A parameter as the other framework must be told it: there its own value is another."""
    if optimizer.rule != rule and field in type(optimizer).OWN[optimizer.rule]:
        return optimizer.own(field)
    return getattr(optimizer, field)


def _plain(value: Any) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(map(_plain, value))})"
    return str(value) if isinstance(value, bool) else number(value)
