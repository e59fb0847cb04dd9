"""Optimizer calls: the base rate, and the rule that turns rates into updates."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any, Final

from lrplot.errors import OptimizerError
from lrplot.optimizers import TYPES
from lrplot.optimizers.base import Optimizer as Model
from lrplot.optimizers.base import Rule
from lrplot.python.binding import NotKnown
from lrplot.python.values import Optimizer, Path, Refusal, Unknown

_TORCH: Final[Mapping[str, tuple[int, float | None]]] = {
    # Where the rate stands among the positional arguments, and its default.
    "SGD": (1, 1e-3),
    "Adam": (1, 1e-3),
    "AdamW": (1, 1e-3),
    "Adagrad": (1, 1e-2),
    "RMSprop": (1, 1e-2),
    "Adadelta": (1, 1.0),
    "Adamax": (1, 2e-3),
    "NAdam": (1, 2e-3),
    "RAdam": (1, 1e-3),
    "Rprop": (1, 1e-2),
    "ASGD": (1, 1e-2),
    "LBFGS": (1, 1.0),
    "SparseAdam": (1, 1e-3),
    "Adafactor": (1, 1e-2),
    "Muon": (1, 1e-3),
    "LAMB": (1, 1e-3),
    "Lamb": (1, 1e-3),
    "Lion": (1, 1e-4),
    "FusedAdam": (1, 1e-3),
    "AdamW8bit": (1, 1e-3),
    "create_optimizer": (1, None),
    "create_optimizer_v2": (1, None),
}
_KERAS: Final[Mapping[str, float]] = {
    "SGD": 0.01,
    "Adam": 0.001,
    "AdamW": 0.001,
    "Adagrad": 0.001,
    "RMSprop": 0.001,
    "Adadelta": 0.001,
    "Adamax": 0.001,
    "Nadam": 0.001,
    "Ftrl": 0.001,
    "Lion": 0.001,
    "Lamb": 0.001,
    "Adafactor": 0.001,
}
_OPTAX: Final = frozenset(
    {"sgd", "adam", "adamw", "adagrad", "rmsprop", "lion", "lamb", "adafactor", "nadam", "nadamw", "radam"}
)
OPTIMIZERS: Final = frozenset({*_TORCH, *_KERAS, *_OPTAX})
"""Names that are an optimizer."""


def optimizer(name: str, path: str, values: Sequence[Any], named: Mapping[str, Any]) -> Optimizer:
    """The optimizer a call makes; PyTorch's takes parameters first, Keras' and Optax' the rate."""
    root = path.split(".", maxsplit=1)[0]
    keras = root in {"tf", "keras", "tensorflow"} or "learning_rate" in named or name in _OPTAX
    keras = keras or name not in _TORCH or not (values or named)
    made = Optimizer(name, _KERAS.get(name), keras, tuple(values), named)
    if not keras:
        made = replace(made, lr=_TORCH[name][1])
    at = 0 if keras else _TORCH[name][0]
    for given in (named.get(key) for key in ("learning_rate", "lr") if key in named):
        return replace(made, lr=given)
    return replace(made, lr=values[at]) if len(values) > at else made


def default_lr(model: Model) -> float:
    """The rate the framework of the rule gives this optimizer where nobody says one."""
    name = CLASSES[model.type]
    return _KERAS[name] if model.rule == "keras" else _TORCH[name][1] or 0.0


CLASSES: Final[Mapping[str, str]] = {
    "sgd": "SGD",
    "adagrad": "Adagrad",
    "rmsprop": "RMSprop",
    "adam": "Adam",
    "adamw": "AdamW",
}
"""What both frameworks call each type of optimizer."""

# The parameters after the rate, in the order of the signature; THEIRS=OURS where the names differ.
_ARGUMENTS: Final[Mapping[tuple[Rule, str], str]] = {
    ("pytorch", "sgd"): "momentum dampening weight_decay nesterov maximize",
    ("pytorch", "adagrad"): "lr_decay weight_decay initial_accumulator_value eps maximize",
    ("pytorch", "rmsprop"): "alpha eps weight_decay momentum centered maximize",
    ("pytorch", "adam"): "betas eps weight_decay amsgrad maximize",
    ("pytorch", "adamw"): "betas eps weight_decay amsgrad maximize",
    ("keras", "sgd"): "momentum nesterov weight_decay",
    ("keras", "adagrad"): "initial_accumulator_value epsilon=eps weight_decay",
    ("keras", "rmsprop"): "rho=alpha momentum epsilon=eps centered weight_decay",
    ("keras", "adam"): "beta_1=betas.0 beta_2=betas.1 epsilon=eps amsgrad weight_decay",
    ("keras", "adamw"): "weight_decay beta_1=betas.0 beta_2=betas.1 epsilon=eps amsgrad",
}
_OF_NO_CONSEQUENCE: Final = {
    "foreach",
    "fused",
    "capturable",
    "differentiable",
    "name",
    "jit_compile",
    "parameters",
}


def arguments(rule: Rule, type_name: str) -> tuple[tuple[str, str], ...]:
    """The parameters after the rate, as the framework's signature and as our class call them.

    >>> arguments("keras", "rmsprop")[0]
    ('rho', 'alpha')
    """
    pairs = (each.partition("=") for each in _ARGUMENTS[rule, type_name].split())
    return tuple((theirs, ours or theirs) for theirs, _, ours in pairs)


def model_of(optimizer: Optimizer) -> Model | None:
    """The optimizer as lrplot computes its updates, None for one it knows by its rate only.

    Raises
    ------
    Refusal
        When an argument is none of the optimizer's, or asks for what is not computed.
    NotKnown
        When an argument cannot be known without running the script.
    """
    found = next((kind for kind, name in CLASSES.items() if name == optimizer.name), None)
    if found is None:
        return None
    rule: Rule = "keras" if optimizer.keras else "pytorch"
    known = arguments(rule, found)
    places = ("learning_rate",) if optimizer.keras else ("params", "lr")
    order = (*places, *(theirs for theirs, _ in known))
    if len(optimizer.values) > len(order):
        raise Refusal(f"{optimizer.name} takes at most {len(order)} arguments, got {len(optimizer.values)}")
    given = dict(zip(order, optimizer.values, strict=False)) | dict(optimizer.named)
    ours: dict[str, Any] = {"rule": rule}
    for theirs, value in given.items():
        if theirs in {*places, "lr"} or theirs in _OF_NO_CONSEQUENCE or value is None or value is False:
            continue
        name = dict(known).get(theirs)
        if name is None:
            raise Refusal(f"{optimizer.name}: {_no_such(theirs, order)}")
        for part in value if isinstance(value, list | tuple) else (value,):
            if isinstance(part, Unknown | Path):
                raise NotKnown(part)
        ours |= _placed(name, value, ours)
    try:
        return TYPES[found](**ours)
    except OptimizerError as error:
        raise Refusal(str(error)) from None


def _placed(name: str, value: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """A value under its name; one of the two betas beside the other, which is 0.9 or 0.999 unless told."""
    field, dot, index = name.partition(".")
    if not dot:
        return {name: tuple(value) if isinstance(value, list) else value}
    betas = list(given.get(field, (0.9, 0.999)))
    betas[int(index)] = value
    return {field: tuple(betas)}


def _no_such(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, 1)
    hint = f"; did you mean '{near[0]}'?" if near else f"; known are {', '.join(known)}"
    return f"what '{name}' does to an update is not computed{hint}"
