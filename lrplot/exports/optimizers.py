"""An optimizer as a framework's call."""

from collections.abc import Mapping
from typing import Any, Final

from lrplot.errors import OptimizerError
from lrplot.frameworks.registry import REGISTRY
from lrplot.optimizers import SGD
from lrplot.optimizers.alike import NEARLY, apart
from lrplot.optimizers.base import Optimizer
from lrplot.python.spelling import OptimizerSpelling, with_point

_ALWAYS: Final = "!"


def spell_optimizer(optimizer: Optimizer, style: OptimizerSpelling, rate: str) -> tuple[str, str]:
    """The call of a framework, its rate as source text, and what of the optimizer it does not say.

    What its default is is left out; SGD stands in for an optimizer that is not written.

    >>> from lrplot.frameworks.registry import REGISTRY
    >>> from lrplot.optimizers.adam import Adam
    >>> torch, keras = (REGISTRY[name].spellings[name].optimizer for name in ("pytorch", "keras"))
    >>> spell_optimizer(Adam(betas=(0.9, 0.95)), torch, "0.01")
    ('torch.optim.Adam(model.parameters(), lr=0.01, betas=(0.9, 0.95))', '')
    >>> spell_optimizer(Adam(rule="keras", betas=(0.9, 0.95), eps=1e-6), keras, "schedule")
    ('keras.optimizers.Adam(learning_rate=schedule, beta_2=0.95, epsilon=1e-6)', '')
    """
    called, _ = REGISTRY.optimizers_of(optimizer.rule).of_type(optimizer.type)
    ways = _ways(optimizer, style)
    if not ways:
        text, _ = spell_optimizer(SGD(rule=style.rule), style, rate)
        return text, f"{called} is not written for {{title}}; SGD stands in its place"
    changed = _changed(optimizer, style)
    fields = {
        name: {ours.partition(".")[0].rstrip(_ALWAYS) for _, ours in known} for name, known in ways.items()
    }
    name = next((each for each in ways if changed <= fields[each]), list(ways)[-1])
    words = [_argument(optimizer, style, *pair) for pair in ways[name]]
    text = style.text.format(name=name, rate=rate, more="".join(f", {word}" for word in words if word))
    lost = sorted(changed - fields[name])
    if optimizer.rule != style.rule and not lost:
        return text, _other_rule(optimizer, style, called)
    if optimizer.rule != style.rule:
        return text, f"{called} computes other updates in the two frameworks"
    return text, f"{called}'s {' and '.join(lost)} is not written for {{title}}" if lost else ""


def _other_rule(optimizer: Optimizer, style: OptimizerSpelling, called: str) -> str:
    """What the other framework's rule makes of the same parameters, empty where it is the very same."""
    told = {name: _value(optimizer, style, name) for name in _defaults(optimizer, style)}
    try:
        share = apart(optimizer, type(optimizer)(rule=style.rule, **told))
    except OptimizerError as error:
        return f"{{title}} refuses it as it stands here: {error}"
    if not share:
        return ""
    how = f"the same updates within {share:.0e}" if share < NEARLY else "other updates"
    return f"{called} computes {how} in the two frameworks"


def _ways(optimizer: Optimizer, style: OptimizerSpelling) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """The names it may have, each with its arguments as the framework and as our class call them."""
    if not style.own:
        name, own = REGISTRY.optimizers_of(style.rule).of_type(optimizer.type)
        return {name: own.parameters}
    return {
        name: tuple((theirs.rstrip(_ALWAYS), ours or theirs) for theirs, _, ours in map(_pair, words.split()))
        for name, words in style.own.get(optimizer.type, {}).items()
    }


def _pair(word: str) -> tuple[str, str, str]:
    return word.partition("=")


def _argument(optimizer: Optimizer, style: OptimizerSpelling, theirs: str, ours: str) -> str:
    """``name=value``, empty where the value is the default."""
    field, dot, index = ours.rstrip(_ALWAYS).partition(".")
    value, default = _value(optimizer, style, field), _defaults(optimizer, style)[field]
    if dot:
        value, default = value[int(index)], default[int(index)]
    if ours.endswith(_ALWAYS) and value is None:
        value = optimizer.own(field)
    return "" if value == default and not ours.endswith(_ALWAYS) else f"{theirs}={_plain(value)}"


def _changed(optimizer: Optimizer, style: OptimizerSpelling) -> set[str]:
    """The parameters that are not the framework's defaults."""
    defaults = _defaults(optimizer, style)
    return {name for name in defaults if _value(optimizer, style, name) != defaults[name]}


def _defaults(optimizer: Optimizer, style: OptimizerSpelling) -> dict[str, Any]:
    found = {name: info.default for name, info in type(optimizer).model_fields.items()}
    own = type(optimizer).OWN[style.rule] if optimizer.rule != style.rule else {}
    return {name: value for name, value in (found | dict(own)).items() if name not in {"type", "rule"}}


def _value(optimizer: Optimizer, style: OptimizerSpelling, field: str) -> Any:
    """A parameter as the framework must be told it: there its own value is another."""
    if optimizer.rule != style.rule and field in type(optimizer).OWN[optimizer.rule]:
        return optimizer.own(field)
    return getattr(optimizer, field)


def _plain(value: Any) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(map(_plain, value))})"
    # Keras refuses a whole momentum, PyTorch one whole beta beside one that is not.
    return str(value) if isinstance(value, bool) else with_point(value)
