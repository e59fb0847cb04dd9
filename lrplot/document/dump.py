"""From schedules and runs to the YAML that says the same."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import yaml

from lrplot.clock import Settings
from lrplot.errors import UsageError
from lrplot.run import Group, Run
from lrplot.schedules.base import Schedule, values
from lrplot.schedules.fields import Kind, kind_of, parameters
from lrplot.schedules.scaling import base_rates, times, with_base_rates

if TYPE_CHECKING:
    from lrplot.optimizers.base import Optimizer


def dump(runs: Sequence[Run]) -> str:
    """A spec of these runs, which share one horizon.

    >>> from lrplot.schedules.step import Step
    >>> print(dump([Run("step", Step(lr=0.1, step_size=30.0), 100)]), end="")
    steps: 100
    schedule:
      type: step
      lr: 0.1
      step_size: 30
    """
    return dump_spec(as_spec(runs))


def as_spec(runs: Sequence[Run]) -> dict[str, Any]:
    """A spec of these runs as plain data.

    >>> from lrplot.schedules.step import Step
    >>> as_spec([Run("step", Step(lr=0.1, step_size=30.0), 100)])["schedule"]
    {'type': 'step', 'lr': 0.1, 'step_size': 30}
    """
    first = runs[0]
    spec: dict[str, Any] = {} if first.style.title is None else {"title": first.style.title}
    spec["steps"] = first.steps
    if first.steps_per_epoch is not None:
        spec["steps_per_epoch"] = first.steps_per_epoch
    spec |= _optimized(runs)
    if any(run.model != first.model for run in runs):
        raise UsageError(
            "these curves have models of their own, and a spec has one 'simulate'; write one curve"
        )
    if first.model is not None:
        spec["simulate"] = first.model.model_dump(exclude_defaults=True)
    if "optimizers" in spec:
        return spec
    if len(runs) == 1:
        spec["schedule"] = as_data(first.schedule)
        spec |= groups_as_data(first.schedule, first.groups)
    else:
        spec["schedules"] = {
            run.label: as_data(run.schedule) | groups_as_data(run.schedule, run.groups) for run in runs
        }
    return spec


def groups_as_data(
    schedule: Schedule, groups: Sequence[Group], written: Callable[[Schedule], Any] | None = None
) -> dict[str, Any]:
    """The ``groups`` of a spec beside a schedule, empty where there are none.

    A group is a factor or a rate where that makes the very same schedule, else a schedule of its own,
    ``written`` as the schedule itself is.

    >>> from lrplot.schedules.cosine import Cosine
    >>> groups = [Group(f"lr {lr}", Cosine(lr=lr, T_max=9)) for lr in (0.1, 0.01, 0.003, 0.05)]
    >>> groups_as_data(Cosine(lr=0.1, T_max=9), groups)
    {'groups': {'lr 0.1': 1, 'lr 0.01': {'lr': 0.01}, 'lr 0.003': 0.03, 'lr 0.05': 0.5}}
    """
    if not groups:
        return {}
    write = written or as_data
    return {"groups": {each.label: _of_group(schedule, each.schedule, write) for each in groups}}


_SHORT: Final = (1, 2, 3, 4)
"""Digits of factors that are tried before a rate of its own is written."""


def _of_group(main: Schedule, own: Schedule, written: Callable[[Schedule], Any]) -> Any:
    if own == main:
        return 1
    scaled = [values(each).get("lr") for each in values(own).get("factors") or ()]
    if len(scaled) == 2 and scaled[1] is not None and own == times(main, scaled[1]):
        return {"scale": _number(scaled[1])}
    rates, others = base_rates(main), base_rates(own)
    if rates and others:
        rate, other = max(rates), max(others)
        for factor in (float(f"{other / rate:.{digits}g}") for digits in _SHORT):
            if own == with_base_rates(main, factor.__mul__):
                return _number(factor)
        if len(rates) == 1 and own == with_base_rates(main, lambda lr: other if lr else lr):
            return {"lr": _number(other)}
    return written(own)


def dump_spec(spec: Mapping[str, Any]) -> str:
    """The YAML of a spec that is plain data, its keys in order.

    >>> print(dump_spec({"lr": 0.1, "schedule": {"type": "cosine"}}), end="")
    lr: 0.1
    schedule:
      type: cosine
    """
    return yaml.safe_dump(dict(spec), sort_keys=False, allow_unicode=True, width=100)


def dump_value(value: Any) -> str:
    """One value of a spec as YAML on one line; text as it is.

    >>> dump_value([30, "60%"]), dump_value({0: 0.1}), dump_value("0.9 ** t")
    ('[30, 60%]', '{0: 0.1}', '0.9 ** t')
    """
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, bool | int | float):
        return str(yaml.representer.SafeRepresenter().represent_data(value).value)
    text: str = yaml.safe_dump(
        value, sort_keys=False, allow_unicode=True, default_flow_style=True, width=math.inf
    )
    return text.removesuffix("...\n").rstrip("\n")


def _optimized(runs: Sequence[Run]) -> dict[str, Any]:
    """The lines of a spec on the optimizer these runs share, or on those in which alone they differ."""
    said = [_said_of(run) for run in runs]
    if all(each == said[0] for each in said):
        return said[0]
    feeds = [{key: value for key, value in each.items() if key != "optimizer"} for each in said]
    written = [as_data(run.schedule) for run in runs]
    rates = [each.pop("lr", None) for each in written]
    same = all(feed == feeds[0] for feed in feeds) and all(each == written[0] for each in written)
    if not same or not all(said) or None in rates:
        raise UsageError(
            "these curves have optimizers of their own, and a spec gives each optimizer the same schedules; "
            "write one curve"
        )
    named = {
        run.label: {**each["optimizer"], "lr": rate}
        for run, each, rate in zip(runs, said, rates, strict=True)
    }
    return {"optimizers": named, **feeds[0], "schedule": written[0]}


def _said_of(run: Run) -> dict[str, Any]:
    """A run's optimizer, gradients and weights as a spec says them; empty where it has none."""
    optimization = run.optimization
    if optimization is None:
        return {}
    from lrplot.optimizers.optimization import Noise

    spec: dict[str, Any] = {"optimizer": optimizer_as_data(optimization.optimizer)}
    given = optimization.gradients
    if isinstance(given, Noise):
        spec["gradients"] = given.model_dump(exclude_defaults=True) or {"seed": 0}
    else:
        spec["gradients"] = given if isinstance(given, str) else given.tolist()
    weights = optimization.weights
    if weights:
        spec["weights"] = weights if isinstance(weights, float) else list(weights)
    return spec


def optimizer_as_data(optimizer: "Optimizer") -> dict[str, Any]:
    """An optimizer as a spec would say it, what is left to the rule left out.

    >>> from lrplot.optimizers.adam import Adam
    >>> optimizer_as_data(Adam(rule="keras", betas=(0.9, 0.95)))
    {'type': 'adam', 'rule': 'keras', 'betas': [0.9, 0.95]}
    """
    said = optimizer.model_dump(exclude_defaults=True)
    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in said.items()}
    return {"type": optimizer.type, **plain}


MOST_POINTS: Final = 2000
"""Most points of a curve that anybody reads in a spec."""


def lowered(schedule: Schedule) -> dict[str, Any] | Schedule:
    """A schedule as a spec would say it; as it is where it holds more points than anybody reads."""
    return schedule if len(getattr(schedule, "points", ())) > MOST_POINTS else as_data(schedule)


def as_data(schedule: Schedule) -> dict[str, Any]:
    """A schedule as a spec would say it, defaults left out."""
    given = values(schedule)
    kinds = {name: kind_of(info) for name, info in parameters(type(schedule)).items()}
    defaults = {name: info.get_default() for name, info in parameters(type(schedule)).items()}
    changed = {
        name: value for name, value in given.items() if value != defaults[name] or _inherits(kinds[name])
    }
    # A warm-up is written into the schedule it leads to, as people write it.
    if schedule.type == "warmup":
        inner = as_data(changed.pop("schedule"))
        if "warmup" not in inner:
            return {**inner, "warmup": {name: _plain(value, kinds[name]) for name, value in changed.items()}}
        changed["schedule"] = given["schedule"]
    return {"type": schedule.type, **{name: _plain(value, kinds[name]) for name, value in changed.items()}}


def _inherits(kind: Kind | None) -> bool:
    """True where leaving the field out would let the spec fill it."""
    return kind is not None and kind.inherits is not None


def _plain(value: Any, kind: Kind | None) -> Any:
    if isinstance(value, Schedule):
        return as_data(value)
    if kind is not None and kind.holds == "points":
        return {_number(step): _number(rate) for step, rate in value}
    if isinstance(value, Settings):
        said = value.model_dump(exclude_defaults=True)
        return {name: _number(member) for name, member in said.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(member, None) for member in value]
    return _number(value)


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value
