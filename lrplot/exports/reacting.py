"""Code for what reacts to a metric: the framework's own scheduler, or a callback with the rules."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from lrplot.exports import pytorch
from lrplot.exports.callbacks import MONITOR, with_keras, with_lightning
from lrplot.exports.formula import number
from lrplot.frameworks.registry import REGISTRY
from lrplot.python.binding import signature_of
from lrplot.python.values import Refusal
from lrplot.schedules.base import values
from lrplot.schedules.reacting import Reacting


@dataclass(frozen=True, slots=True)
class Written:
    """Code, and how it can be told that it is right.

    Parameters
    ----------
    code
        The code.
    is_call
        Whether it is a framework's own call, which can be read back.
    same_rule
        Whether its rule is the schedule's on any metrics, not on those of the run alone.
    """

    code: str
    is_call: bool = True
    same_rule: bool = True


@dataclass(frozen=True, slots=True)
class Loop:
    """How long training is, and what the scheduler counts: None where it is steps."""

    steps: int
    steps_per_epoch: int | None

    @property
    def epochs(self) -> int:
        """How often the scheduler is told a metric."""
        return -(-self.steps // (self.steps_per_epoch or 1))


@dataclass(frozen=True, slots=True)
class _Counting:
    """How far a rule's numbers are from what they count.

    A rate is lowered after ``patience + lowers`` bad metrics, and ``cooldown + passes`` metrics are then
    passed over.
    """

    lowers: int
    passes: int = 0


_AS_PYTORCH: Final = _Counting(lowers=1)
_COUNTING: Final[Mapping[str, _Counting]] = {
    "pytorch": _AS_PYTORCH,
    "timm": _AS_PYTORCH,
    "mmengine": _AS_PYTORCH,
    "paddle": _AS_PYTORCH,
    "keras": _Counting(lowers=0, passes=-1),
    "optax": _Counting(lowers=0),
}


def _counts(s: Any, target: str) -> dict[str, int]:
    """The patience and the cooldown that count in the target's rule what the schedule's count in its own."""
    if s.rule == target:
        return {"patience": s.patience, "cooldown": s.cooldown}
    own, other = _COUNTING[s.rule], _COUNTING[target]
    bad, passed = max(1, s.patience + own.lowers), max(0, s.cooldown + own.passes)
    return {"patience": bad - other.lowers, "cooldown": passed - other.passes if passed else 0}


def _spelled(owner: str, name: str, given: Mapping[str, Any], first: str = "") -> str:
    """A call with the arguments that are not the framework's defaults anyway."""
    known = signature_of(REGISTRY[owner].calls[name]).parameters
    more = [f"{key}={_shown(value)}" for key, value in given.items() if value != known[key].default]
    return f"{name}({', '.join([first, *more] if first else more)})"


def _shown(value: Any) -> str:
    return repr(value) if isinstance(value, bool | str) else number(value)


def _in_pytorch(s: Any) -> dict[str, Any]:
    relative, absolute = s.tolerances
    return {
        "mode": "min" if s.falls else "max",
        "factor": s.factor,
        "patience": _counts(s, "pytorch")["patience"],
        "threshold": relative or absolute,
        "threshold_mode": "rel" if relative or not absolute else "abs",
        "cooldown": _counts(s, "pytorch")["cooldown"],
        "min_lr": s.min_lr,
        "eps": s.least_change,
    }


def _looped(s: Any, loop: Loop, imports: list[str], call: str) -> str:
    """A PyTorch training loop that hands the scheduler a metric."""
    head = ["", "def validate():", f"    return 1.0  # yours: {MONITOR}", "", ""]
    return pytorch.script(
        imports, head, number(s.lr), "", f"scheduler = {call}", loop.steps, loop.steps_per_epoch, "validate()"
    )


def _plateau_pytorch(s: Any, loop: Loop) -> Written:
    call = _spelled("pytorch", "ReduceLROnPlateau", _in_pytorch(s), "optimizer")
    code = _looped(s, loop, ["import torch"], f"torch.optim.lr_scheduler.{call}")
    return Written(code, same_rule=s.rule in _PYTORCHS)


def _plateau_transformers(s: Any, loop: Loop) -> Written:
    name = "get_reduce_on_plateau_schedule"
    call = _spelled("transformers", name, _in_pytorch(s), "optimizer")
    code = _looped(s, loop, ["import torch", f"from transformers import {name}"], call)
    return Written(code, same_rule=s.rule in _PYTORCHS)


_PYTORCHS: Final = {"pytorch", "timm"}
"""The rules that are PyTorch's on any metrics."""


def _plateau_keras(s: Any, loop: Loop) -> Written:
    given = {
        "mode": "auto" if s.falls else "max",
        "factor": s.factor,
        **_counts(s, "keras"),
        "min_delta": sum(s.tolerances),
        "min_lr": s.min_lr,
    }
    call = _spelled("keras", "ReduceLROnPlateau", given, f'monitor="{MONITOR}"')
    code = (
        "import keras\n\n"
        f"optimizer = keras.optimizers.SGD(learning_rate={number(s.lr)})\n"
        f"callback = keras.callbacks.{call}  # once an epoch\n"
        f"# model.fit(..., epochs={loop.epochs}, callbacks=[callback])\n"
    )
    return Written(code, same_rule=s.rule == "keras")


def _plateau_optax(s: Any, _loop: Loop) -> Written:
    if not s.falls:
        raise Refusal("Optax' reduce_on_plateau knows a metric that is to fall alone; negate it")
    relative, absolute = s.tolerances
    given = {
        "factor": s.factor,
        **_counts(s, "optax"),
        "rtol": relative,
        "atol": absolute,
        # 15 digits, so that a tenth of 0.1 reads as one.
        "min_scale": float(f"{s.min_lr / s.lr:.15g}") if s.lr else 0.0,
    }
    call = _spelled("optax", "reduce_on_plateau", given)
    code = (
        "import optax\n\n"
        "optimizer = optax.chain(\n"
        f"    optax.sgd(learning_rate={number(s.lr)}),\n"
        f"    optax.contrib.{call},\n"
        ")\n"
        "# updates, state = optimizer.update(gradients, state, parameters, value=loss)\n"
    )
    return Written(code, same_rule=s.rule == "optax")


def _greedy_transformers(s: Any, loop: Loop) -> Written:
    names = {"rise_cooldown": "warmup"}
    known = signature_of(REGISTRY["transformers"].calls["GreedyLR"]).parameters
    own = {names.get(name, name): value for name, value in values(s).items()}
    call = _spelled("transformers", "GreedyLR", {k: v for k, v in own.items() if k in known}, "optimizer")
    return Written(_looped(s, loop, ["import torch", "from transformers import GreedyLR"], call))


def _callback_pytorch(s: Any, loop: Loop) -> Written:
    return Written(with_lightning(s, loop.epochs), is_call=False)


def _callback_keras(s: Any, loop: Loop) -> Written:
    return Written(with_keras(s, loop.epochs), is_call=False)


_WRITERS: Final[Mapping[str, Mapping[str, Callable[[Any, Loop], Written]]]] = {
    "plateau": {
        "pytorch": _plateau_pytorch,
        "transformers": _plateau_transformers,
        "keras": _plateau_keras,
        "optax": _plateau_optax,
    },
    "greedy": {"transformers": _greedy_transformers},
    "callback": {"pytorch": _callback_pytorch, "keras": _callback_keras},
}
"""By the schedule's type and the target."""


def written(schedule: Reacting, target: str, loop: Loop) -> Written:
    """Code for a schedule that reacts to a metric; the metrics themselves are no part of it.

    Raises
    ------
    Refusal
        When the target has nothing of the kind.

    Examples
    --------
    >>> from lrplot.schedules.plateau import Plateau
    >>> made = written(Plateau(lr=0.1, metrics=[1.0], patience=5), "keras", Loop(90, 1))
    >>> made.code.splitlines()[3]
    'callback = keras.callbacks.ReduceLROnPlateau(monitor="val_loss", patience=6)  # once an epoch'
    """
    writers = _WRITERS[schedule.type]
    if target not in writers:
        where = " or ".join(f"--to {name}" for name in writers)
        raise Refusal(f"{schedule.type} is written {where}")
    return writers[target](schedule, loop)
