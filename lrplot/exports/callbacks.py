"""A ``callback`` as a class of Keras or Lightning: its rules as data, their conditions as lrplot has them."""

import ast
import inspect
from dataclasses import dataclass
from typing import Any, Final

from lrplot.exports.formula import number
from lrplot.python.spelling import with_point
from lrplot.schedules.callback import CONDITIONS, Callback, Rule

MONITOR: Final = "val_loss"
"""The metric that code looks at, until its owner writes another name."""

_MODULE: Final = '''\
{imports}


{conditions}


# A condition on the last so many metrics, by how much, and what the rate is multiplied by: None keeps it.
RULES = [
{rules}
]


class RateByRules({base}):
    """Change the rate by the first rule that holds of the metrics since the last change."""

    def __init__(self):
        super().__init__()
        self.window = []

    def multiplier(self, metric):
        self.window = [*self.window, {metric}][-{kept}:]
        for holds, count, by, multiply in RULES:
            if len(self.window) >= count and holds(self.window[-count:], by):
                if multiply is None:
                    break
                self.window = []
                return multiply
        return 1.0

{hook}


'''


@dataclass(frozen=True, slots=True)
class _Host:
    """A framework's callbacks: the import, the class to derive from, the method called with a metric.

    ``{rate}`` in the method stands for the new rate, and ``old`` is how it calls the one before.
    """

    imports: str
    base: str
    hook: str
    old: str


_KERAS: Final = _Host(
    "import keras",
    "keras.callbacks.Callback",
    f'''\
    def on_epoch_end(self, epoch, logs=None):
        multiply = self.multiplier(logs["{MONITOR}"])
        optimizer = self.model.optimizer
        optimizer.learning_rate = {{rate}}''',
    "float(optimizer.learning_rate)",
)
_LIGHTNING: Final = _Host(
    "from lightning.pytorch.callbacks import Callback",
    "Callback",
    f'''\
    def on_validation_end(self, trainer, pl_module):
        if trainer.sanity_checking:
            return
        multiply = self.multiplier(float(trainer.callback_metrics["{MONITOR}"]))
        for optimizer in trainer.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = {{rate}}''',
    'group["lr"]',
)


def with_keras(schedule: Callback, epochs: int) -> str:
    """A script with a Keras callback."""
    return (
        f"{_module(schedule, _KERAS)}"
        f"optimizer = keras.optimizers.SGD(learning_rate={with_point(schedule.lr)})\n"
        "callback = RateByRules()  # once an epoch\n"
        f"# model.fit(..., epochs={epochs}, callbacks=[callback])\n"
    )


def with_lightning(schedule: Callback, epochs: int) -> str:
    """A script with a Lightning callback."""
    return (
        f"{_module(schedule, _LIGHTNING)}"
        "callback = RateByRules()  # after each validation\n"
        f"# lightning.Trainer(max_epochs={epochs}, callbacks=[callback])\n"
        f"# the LightningModule's optimizer begins with lr={number(schedule.lr)}\n"
    )


def _module(schedule: Callback, host: _Host) -> str:
    falls = schedule.mode == "min"
    names = [_condition(rule, falls=falls) for rule in schedule.rules]
    conditions = "\n\n\n".join(map(_source, dict.fromkeys(names)))
    pairs = "from itertools import pairwise\n\n" if "pairwise" in conditions else ""
    return _MODULE.format(
        imports=pairs + host.imports,
        conditions=conditions,
        rules="\n".join(_row(*pair) for pair in zip(names, schedule.rules, strict=True)),
        base=host.base,
        metric="metric" if falls else "-metric",
        kept=schedule.kept,
        hook=host.hook.format(rate=_clipped(schedule, f"{host.old} * multiply")),
    )


def _condition(rule: Rule, *, falls: bool) -> str:
    """The function of the metrics, which are negated where higher is better: what rises then improves."""
    return rule.when if falls or rule.when != "rising" else "improving"


def _row(name: str, rule: Rule) -> str:
    multiply = "None" if rule.multiply is None else number(rule.multiply)
    return f"    ({name}, {rule.window}, {number(rule.by)}, {multiply}),"


def _clipped(schedule: Callback, rate: str) -> str:
    if schedule.min_lr:
        rate = f"max({rate}, {number(schedule.min_lr)})"
    return rate if schedule.max_lr is None else f"min({rate}, {number(schedule.max_lr)})"


def _source(name: str) -> str:
    """A condition's own source, without its types and its docstring."""
    source = inspect.getsource(CONDITIONS[name])
    function: Any = ast.parse(source).body[0]
    parameters = ", ".join(parameter.arg for parameter in function.args.args)
    body = source.splitlines()[function.body[1].lineno - 1 :]
    return "\n".join([f"def {name}({parameters}):", *body])
