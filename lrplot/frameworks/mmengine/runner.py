"""A config as MMEngine's Runner takes it: the length of training, a missing ``end``, the scaled rate.

The loop is ``train_cfg``'s. Schedulers that count epochs act after each epoch of an ``EpochBasedTrainLoop``;
to an ``IterBasedTrainLoop`` the whole training is one epoch, so that they never act within it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lrplot.clock import MOST_STEPS, Clock
from lrplot.errors import LrplotError, NotationError
from lrplot.frameworks.mmengine import hooks as mmcv
from lrplot.frameworks.mmengine.config import Config, config_of
from lrplot.frameworks.mmengine.paramwise import multiplied
from lrplot.frameworks.mmengine.schedulers import CALLS, combined
from lrplot.python.binding import NotKnown
from lrplot.python.evaluator import Evaluator
from lrplot.python.framework import Configuration
from lrplot.python.parameters import Base, Path, Refusal
from lrplot.python.values import NOTHING, Nothing, Unknown
from lrplot.schedules.base import Context, Schedule
from lrplot.schedules.constant import Constant

_BY_LOOP: Final[Mapping[str, bool]] = {"EpochBasedTrainLoop": True, "IterBasedTrainLoop": False}
_RUNNERS: Final[Mapping[str, bool]] = {"EpochBasedRunner": True, "IterBasedRunner": False}
_SCHEDULING: Final = ("paramscheduler", "lrupdater", "lrscheduler", "warmup")
"""Parts of the names of hooks that move the rate themselves."""
_DEFAULT_HOOK: Final = "ParamSchedulerHook"


@dataclass(frozen=True, slots=True)
class _Loop:
    """The length of a training: epochs or steps, the other of both where it is known."""

    by_epoch: bool
    length: int | None
    each: int | None
    """Steps of an epoch."""

    @property
    def steps(self) -> int | None:
        if not self.by_epoch:
            return self.length
        return None if self.length is None or self.each is None else self.length * self.each


def configured(evaluator: Evaluator) -> Configuration | None:
    """The schedule of a text that is a config of MMEngine or mmcv, None for any other text.

    Raises
    ------
    NotationError
        When the config does not say what its rate depends on.
    """
    config = config_of(evaluator)
    if config is None:
        return None
    try:
        return _Reader(config, evaluator).read()
    except NotKnown as unknown:
        raise config.not_known(unknown.value) from None
    except NotationError:
        raise
    except LrplotError as error:
        message = f"{evaluator.source.name}: {error}"
        raise NotationError(str(error), message) from None


class _Reader:
    """Reads the keys of one config."""

    def __init__(self, config: Config, evaluator: Evaluator) -> None:
        self._config = config
        self._keys = config.keys
        self._evaluator = evaluator
        self._around = evaluator.around
        self._notes: list[str] = []

    def read(self) -> Configuration:
        self._check_hooks()
        if self._keys.get("auto_scale_lr"):
            self._evaluator.bound |= {"world_size", "batch_size"} & self._evaluator.bindings.keys()
        if self._keys.get("lr_config") not in (None, NOTHING):
            return self._old()
        loop = self._loop()
        schedulers = self._schedulers()
        base = Base(self._rate)
        if not schedulers:
            self._notes.append("no param_scheduler in it: the rate stays as it is")
            schedule: Schedule = Constant(lr=base.lr)
            return self._made(schedule, "optim_wrapper", loop, counts_epochs=loop.by_epoch)
        call = str(schedulers[0]["type"]) if len(schedulers) == 1 else "param_scheduler"
        if loop.by_epoch and all(_counts_epochs(each) for each in schedulers):
            around = self._length(loop.length, 1)
            epochs = _spelled(schedulers, loop.length, None)
            return self._made(combined(epochs, base, around), call, loop, counts_epochs=True)
        if loop.by_epoch:
            around, spelled = self._in_steps(loop, schedulers)
        else:
            around, spelled = self._in_iterations(loop, schedulers)
        return self._made(combined(spelled, base, around, loop.each), call, loop, counts_epochs=False)

    def _made(self, schedule: Schedule, call: str, loop: _Loop, *, counts_epochs: bool) -> Configuration:
        horizon = loop.length if counts_epochs else loop.steps
        return Configuration(schedule, call, horizon, counts_epochs, tuple(self._notes), "mmengine")

    def _length(self, length: int | None, each: int | None) -> Context:
        return Context(self._around.lr, length, Clock(length, each), self._around.metrics)

    def _in_steps(
        self, loop: _Loop, schedulers: Sequence[Mapping[str, Any]]
    ) -> tuple[Context, list[tuple[str, Mapping[str, Any]]]]:
        """Schedulers some of which count steps, in a loop of epochs."""
        lengths = [each for each in schedulers if "end" not in each or _converts(each)]
        mixed = len({_counts_epochs(each) for each in schedulers}) > 1
        if loop.each is None and (lengths or mixed):
            raise Refusal(
                "some schedulers count steps and training counts epochs; say how many steps an epoch has, "
                "which is the examples / (batch size × devices), rounded up: --steps-per-epoch N"
            )
        if loop.each is None:
            self._notes.append(
                f"training is {loop.length} epochs; how many steps that is is not known (--steps-per-epoch)"
            )
        spelled = _spelled(schedulers, loop.length, loop.steps)
        return self._length(loop.steps, loop.each), spelled

    def _in_iterations(
        self, loop: _Loop, schedulers: Sequence[Mapping[str, Any]]
    ) -> tuple[Context, list[tuple[str, Mapping[str, Any]]]]:
        """Schedulers in a loop of steps, which to those that count epochs is one epoch."""
        if any(_converts(each) for each in schedulers) and loop.each is None:
            raise Refusal(
                "convert_to_iter_based needs the steps of an epoch: --steps-per-epoch N",
                "convert_to_iter_based",
            )
        resting = [each["type"] for each in schedulers if _counts_epochs(each) and not _converts(each)]
        for name in dict.fromkeys(resting):
            self._notes.append(
                f"{name} counts epochs (by_epoch is True where it is left out), and IterBasedTrainLoop has "
                "one: it never acts within the run; by_epoch=False counts steps"
            )
        spelled = _spelled(schedulers, 1, loop.length)
        # One epoch is the whole run.
        return self._length(loop.length, loop.length), spelled

    def _loop(self) -> _Loop:
        """``train_cfg``."""
        each = self._around.clock.steps_per_epoch
        given = self._known(self._keys.get("train_cfg"))
        if not isinstance(given, Mapping) or not given.keys() & {"max_epochs", "max_iters"}:
            return self._asked(each)
        kind = self._known(given.get("type"))
        if kind is not None and "by_epoch" in given:
            raise Refusal("train_cfg says both type and by_epoch; MMEngine takes one of them")
        if kind is None and "by_epoch" not in given:
            raise Refusal("train_cfg needs type='EpochBasedTrainLoop' or by_epoch=True, or those of steps")
        name = _last(kind) if kind is not None else ""
        if name and name not in _BY_LOOP:
            raise Refusal(
                f"train_cfg: when the loop {name} updates the rate is not known; say which it is like: "
                f"{' or '.join(_BY_LOOP)}"
            )
        by_epoch = _BY_LOOP[name] if name else bool(self._known(given["by_epoch"]))
        key = "max_epochs" if by_epoch else "max_iters"
        if key not in given:
            raise Refusal(f"train_cfg needs {key}")
        return _Loop(by_epoch, _count(f"train_cfg: {key}", self._known(given[key])), each)

    def _asked(self, each: int | None) -> _Loop:
        """The loop of a config without ``train_cfg``: what is said beside it."""
        length = self._around.length
        if length is None:
            raise Refusal(
                "no train_cfg with max_epochs or max_iters in it, which say how long training is; give "
                "--epochs (and --steps-per-epoch), or --steps for a loop of steps"
            )
        if each is None:
            return _Loop(by_epoch=False, length=math.ceil(length), each=None)
        return _Loop(by_epoch=True, length=math.ceil(length / each), each=each)

    def _schedulers(self) -> list[dict[str, Any]]:
        """``param_scheduler``: those of the rate, their types as plain names."""
        given = self._known(self._keys.get("param_scheduler"))
        if given is None:
            return []
        members = given if isinstance(given, list | tuple) else [given]
        found: list[dict[str, Any]] = []
        for each in map(self._known, members):
            if isinstance(each, Mapping) and "type" not in each:
                raise Refusal(
                    f"param_scheduler has one for each optimizer ({', '.join(map(str, each))}); keep the one "
                    "to draw"
                )
            if not isinstance(each, Mapping):
                raise Refusal("param_scheduler must be a dict, or a list of them")
            name = _last(self._known(each["type"]))
            if name in CALLS:
                found.append({**each, "type": name})
            elif not name.endswith(("Momentum", "BatchSize")):
                raise Refusal(
                    f"MMEngine has no scheduler of the rate '{name}'; what it does is not known; known are "
                    f"{', '.join(CALLS)}"
                )
        return found

    def _known(self, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return type(value)(map(self._known, value))
        if isinstance(value, Unknown) or (isinstance(value, Path) and not value.imported):
            raise NotKnown(value)
        return None if isinstance(value, Nothing) else value

    def _rate(self) -> float:
        """The optimizer's rate for the group that is read, as ``auto_scale_lr`` scales it."""
        return self._evaluator.base_rate(self._written_rate()) * self._scale() * self._of_group()

    def _of_group(self) -> float:
        """The factor of the parameter group that is read; those of ``paramwise_cfg`` follow the rest."""
        wrapper = self._keys.get("optim_wrapper")
        owner = wrapper if isinstance(wrapper, Mapping) else self._keys.get("optimizer")
        if not isinstance(owner, Mapping):
            return 1.0
        try:
            found = {"": 1.0, **multiplied(self._known(owner.get("paramwise_cfg")))}
        except NotKnown:
            return 1.0
        if "constructor" in owner or len(found) == 1:
            return 1.0
        self._evaluator.listed, self._evaluator.group_names = len(found), tuple(found)
        return [*found.values()][self._evaluator.group]

    def _written_rate(self) -> Any:
        wrapper = self._keys.get("optim_wrapper")
        if isinstance(wrapper, Mapping):
            accumulated = self._known(wrapper.get("accumulative_counts"))
            if accumulated not in (None, 1):
                raise Refusal(
                    f"accumulative_counts={accumulated}: one update every {accumulated} steps, while the "
                    "schedulers count each step; draw it with accumulative_counts=1, and every "
                    f"{accumulated}th step of it is an update"
                )
            self._tell_groups(wrapper)
        elif wrapper is not None and not isinstance(wrapper, Unknown | Path):
            raise Refusal(f"optim_wrapper must be a dict, got {wrapper!r}")
        written = wrapper.get("optimizer") if isinstance(wrapper, Mapping) else self._keys.get("optimizer")
        if not isinstance(written, Mapping):
            return None
        rate = written.get("lr")
        if isinstance(rate, str | bool | list | tuple | dict):
            raise Refusal(f"the optimizer's lr must be a number, got {rate!r}")
        kind = written.get("type")
        name = _last(kind) if isinstance(kind, str | Path) else ""
        registry = self._evaluator.registry
        if "lr" not in written and name in registry.optimizers:
            return registry.optimizer(name, f"torch.optim.{name}", [None], {}).lr
        return rate

    def _tell_groups(self, wrapper: Mapping[str, Any]) -> None:
        groups = wrapper.get("paramwise_cfg")
        drawn = isinstance(groups, Mapping) and multiplied(groups) and "constructor" not in wrapper
        if (
            isinstance(groups, Mapping)
            and not drawn
            and any("lr_mult" in str(each) for each in _flat(groups))
        ):
            self._notes.append("paramwise_cfg gives some parameters another rate; drawn is that of the rest")

    def _scale(self) -> float:
        """The factor of ``auto_scale_lr``: the real batch size over that it was tuned for."""
        given = self._known(self._keys.get("auto_scale_lr"))
        if not isinstance(given, Mapping) or not self._known(given.get("enable")):
            return 1.0
        base = self._known(given.get("base_batch_size"))
        if not isinstance(base, int | float) or base <= 0:
            raise Refusal("auto_scale_lr needs base_batch_size")
        loader = self._keys.get("train_dataloader")
        samples = loader.get("batch_size") if isinstance(loader, Mapping) else None
        bindings = self._evaluator.bindings
        known = {"world_size": bindings.get("world_size"), "batch_size": bindings.get("batch_size", samples)}
        missing = [name for name, value in known.items() if not isinstance(value, int)]
        if missing:
            options = " ".join(f"--let {name}=N" for name in missing)
            raise Refusal(
                "auto_scale_lr multiplies the rate by world_size × batch_size / "
                f"{base:g}, the devices that train and the samples each takes; give {options}"
            )
        ratio = float(known["world_size"] * known["batch_size"]) / float(base)
        self._notes.append(
            f"auto_scale_lr multiplies the rate by {known['world_size']} × {known['batch_size']} / {base:g}"
        )
        return ratio

    def _check_hooks(self) -> None:
        """A hook that moves the rate itself is told by its name."""
        hooks = self._keys.get("custom_hooks")
        found = list(hooks) if isinstance(hooks, list | tuple) else []
        default = self._keys.get("default_hooks")
        if isinstance(default, Mapping):
            found += default.values()
        for hook in found:
            name = _last(hook.get("type")) if isinstance(hook, Mapping) else ""
            if name != _DEFAULT_HOOK and any(part in name.lower() for part in _SCHEDULING):
                raise Refusal(f"the hook {name} moves the rate itself; what it does is not known")

    def _old(self) -> Configuration:
        """The ``lr_config`` and ``runner`` of mmcv 1."""
        runner = self._known(self._keys.get("runner"))
        by_epoch, length = True, self._known(self._keys.get("total_epochs"))
        if length is None and self._keys.get("total_iters") is not None:
            by_epoch, length = False, self._known(self._keys["total_iters"])
        if isinstance(runner, Mapping):
            name = _last(self._known(runner.get("type")) or "EpochBasedRunner")
            if name not in _RUNNERS:
                raise Refusal(f"when the runner {name} updates the rate is not known")
            by_epoch = _RUNNERS[name]
            length = self._known(runner.get("max_epochs" if by_epoch else "max_iters", length))
        each = self._around.clock.steps_per_epoch
        if length is None and self._around.length is not None:
            length = (
                math.ceil(self._around.length / (each or 1)) if by_epoch else math.ceil(self._around.length)
            )
        loop = _Loop(by_epoch, None if length is None else _count("the length of training", length), each)
        config = self._known(self._keys["lr_config"])
        if not isinstance(config, Mapping):
            raise Refusal("lr_config must be a dict")
        given = {key: self._known(value) for key, value in config.items()}
        made = mmcv.policy(given, Base(self._rate), loop.by_epoch, loop.length, each)
        self._notes += made.notes
        return self._made(made.schedule, "lr_config", loop, counts_epochs=made.counts_epochs)


def _count(name: str, length: Any) -> int:
    """A whole number of epochs or steps."""
    number = isinstance(length, int | float) and not isinstance(length, bool)
    if not number or not math.isfinite(length) or length != int(length):
        raise Refusal(f"{name} must be a whole number, got {length!r}")
    if not 1 <= length <= MOST_STEPS:
        raise Refusal(f"{name} must be between 1 and 2^53, got {length:g}")
    return int(length)


def _counts_epochs(scheduler: Mapping[str, Any]) -> bool:
    return bool(scheduler.get("by_epoch", True)) and not _converts(scheduler)


def _converts(scheduler: Mapping[str, Any]) -> bool:
    return bool(scheduler.get("convert_to_iter_based"))


def _spelled(
    schedulers: Sequence[Mapping[str, Any]], epochs: int | None, steps: int | None
) -> list[tuple[str, Mapping[str, Any]]]:
    """Each scheduler by its type, with the ``end`` that the Runner puts there."""
    found: list[tuple[str, Mapping[str, Any]]] = []
    for each in schedulers:
        length = epochs if each.get("by_epoch", True) else steps
        found.append((each["type"], each if length is None else {"end": length, **each}))
    return found


def _last(kind: Any) -> str:
    """The plain name of a type: ``mmdet.StepLR`` and an imported class have one too."""
    text = kind.name if isinstance(kind, Path) else kind
    return text.rpartition(".")[2] if isinstance(text, str) else ""


def _flat(value: Any) -> list[Any]:
    """All keys inside a mapping."""
    if not isinstance(value, Mapping):
        return []
    return [*value, *(key for each in value.values() for key in _flat(each))]
