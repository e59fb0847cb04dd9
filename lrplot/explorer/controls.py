"""The parameters of a spec as a person moves them: where each stands, what it is, how far it goes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from pydantic.fields import FieldInfo

from lrplot.describe.parameters import Parameter, choices_of, parameters_of, shown
from lrplot.document.dump import dump_value
from lrplot.document.tree import read
from lrplot.document.values import plain_value
from lrplot.explorer.sliders import Slider, horizon_slider, slider_of
from lrplot.explorer.spec_edit import Spec
from lrplot.run import Run
from lrplot.schedules.base import Schedule, values
from lrplot.schedules.fields import Kind, kind_of, parameters
from lrplot.schedules.parameters import BaseRate, StepsPerEpoch

EPOCHS: Final = "epochs"
"""The horizon in epochs, which a spec here has in steps."""
_LISTED: Final = 12
"""Lengths of a list that get a slider each: more would fill the screen, and are typed as a list."""
_LARGEST: Final = 1e300
"""Numbers a slider can stand at are smaller: a slider reaches further, and float64 ends at 1.8e308."""
_NUMBERS: Final = frozenset({"rate", "number", "length"})


@dataclass(frozen=True, slots=True)
class Control:
    """One parameter in a spec.

    Parameters
    ----------
    path
        Where it stands in the spec: ``schedule.warmup.steps``.
    text
        What it is.
    written
        Its value as the spec says it, None where the spec does not.
    value
        What it comes to: a duration in steps, what is inherited, the default.
    slider
        How a number is moved, None where it is none.
    choices
        What a choice or a switch goes through, empty where it is none.
    arithmetic
        Whether it is an expression, which is no YAML.
    """

    path: str
    text: str
    written: Any
    value: Any
    slider: Slider | None = None
    choices: tuple[Any, ...] = ()
    arithmetic: bool = False

    @property
    def name(self) -> str:
        """The person's name for it: ``warmup.steps``."""
        return self.path.removeprefix("schedule.")

    @property
    def shown(self) -> str:
        """The value as it is shown; a duration beside what it comes to."""
        if self.written is None:
            return shown(self.value)
        if isinstance(self.written, str) and _is_number(self.value) and self.slider is not None:
            return f"{self.written} = {shown(self.value)}"
        return shown(self.written) if _is_number(self.written) else self.typed

    @property
    def typed(self) -> str:
        """The value as a person would type it."""
        value = self.value if self.written is None else self.written
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return shown(value) if isinstance(value, tuple) else dump_value(value)

    def read(self, text: str) -> Any:
        """The value that a person typed, None for the default.

        Raises
        ------
        SpecError
            When it cannot be read.
        """
        if text.strip() in {"", "none", "null", "default"}:
            return None
        return text.strip() if self.arithmetic else plain_value(read(text, self.name))

    def moved(self, by: int, *, fine: bool = False) -> Any:
        """The value some presses of an arrow key away, itself where it cannot be moved."""
        if self.choices:
            at = self.choices.index(self.value) if self.value in self.choices else 0
            return self.choices[(at + by) % len(self.choices)]
        if self.slider is None:
            return self.written
        return self.slider.moved(self.value if _is_number(self.value) else None, by, fine=fine)


def controls(spec: Spec, run: Run) -> tuple[Control, ...]:
    """The parameters of a spec in the order they are shown; ``run`` is the last good one of it.

    Examples
    --------
    >>> from lrplot.explorer.spec_edit import run_of
    >>> spec = {"lr": 0.1, "steps": 100, "schedule": {"type": "cosine", "warmup": {"steps": "10%"}}}
    >>> for control in controls(spec, run_of(spec, "cosine"))[:5]:
    ...     print(control.name, control.shown)
    lr 0.1
    steps 100
    eta_min 0
    T_max 90
    exponent 1
    """
    return (*_beside(spec, run), *_of(spec["schedule"], "schedule", run.schedule, run.steps))


def _beside(spec: Spec, run: Run) -> Iterator[Control]:
    """The settings that stand beside the schedule."""
    if "lr" in spec:
        yield _number_control("lr", "Base rate.", spec["lr"], BaseRate, run.steps)
    yield Control("steps", "How many steps are drawn.", spec["steps"], run.steps, horizon_slider(run.steps))
    if "steps_per_epoch" in spec:
        text = "Steps in an epoch."
        yield _number_control("steps_per_epoch", text, spec["steps_per_epoch"], StepsPerEpoch, run.steps)
    if run.steps_per_epoch is not None and run.steps_per_epoch > 1:
        epochs = run.steps / run.steps_per_epoch
        text = "How many epochs are drawn; steps follow."
        yield Control(EPOCHS, text, None, epochs, horizon_slider(max(1, round(epochs))))


def _number_control(path: str, text: str, written: Any, annotation: Any, steps: int) -> Control:
    info = FieldInfo.from_annotation(annotation)
    kind, value = kind_of(info), written if _is_number(written) else None
    return Control(path, text, written, value, None if kind is None else slider_of(info, kind, value, steps))


def _of(fragment: Mapping[str, Any], path: str, schedule: Schedule, steps: int) -> Iterator[Control]:
    """The parameters of a schedule and of all in it; a warm-up's after those of what it leads to."""
    warmup = fragment.get("warmup")
    if warmup is not None:
        given = values(schedule)
        yield from _of(_bare(fragment), path, given["schedule"], steps)
        yield from _own(warmup, f"{path}.warmup", schedule, steps, skip="schedule")
        return
    yield from _own(fragment, path, schedule, steps)


def _bare(fragment: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in fragment.items() if name != "warmup"}


def _own(
    fragment: Mapping[str, Any], path: str, schedule: Schedule, steps: int, skip: str = ""
) -> Iterator[Control]:
    """The parameters of one schedule; what is inside it in their places."""
    given = values(schedule)
    for name, info in parameters(type(schedule)).items():
        kind = kind_of(info)
        written: Any = fragment.get(name)
        holds = "" if kind is None else kind.holds
        if name == skip or _stands_beside(path, name, holds, written):
            continue
        if holds == "schedule":
            yield from _of(written, f"{path}.{name}", given[name], steps)
        elif holds == "schedules":
            for i, (part, inner) in enumerate(zip(written, given[name], strict=False)):
                yield from _of(part, f"{path}.{name}.{i}", inner, steps)
        else:
            field = _Field(f"{path}.{name}", _told(type(schedule))[name], info, steps)
            yield from field.controls(written, given[name])


def _stands_beside(path: str, name: str, holds: str, written: Any) -> bool:
    """True where a parameter is shown already: the base rate of the outermost schedule."""
    return path == "schedule" and name == "lr" and holds == "rate" and written is None


@dataclass(frozen=True, slots=True)
class _Field:
    """A field of a class at its place in a spec."""

    path: str
    told: str
    info: FieldInfo
    steps: int

    def controls(self, written: Any, given: Any) -> Iterator[Control]:
        """One control, or one for each of a short list of lengths."""
        kind = kind_of(self.info)
        if kind is not None and kind.holds in _NUMBERS:
            yield self._number(kind, self.path, written, given)
        elif kind is not None and kind.holds == "lengths" and 0 < len(written or ()) <= _LISTED:
            for i, length in enumerate(written):
                yield self._number(kind, f"{self.path}.{i}", length, given[i] if i < len(given) else None)
        else:
            switch = self.info.annotation is bool
            choices = (False, True) if switch else tuple(choices_of(self.info.annotation))
            value = given if written is None else written
            arithmetic = kind is not None and kind.holds == "expression"
            yield Control(self.path, self.told, written, value, None, choices, arithmetic)

    def _number(self, kind: Kind, path: str, written: Any, given: Any) -> Control:
        value = written if _is_number(written) else given
        slider = slider_of(self.info, kind, value if _is_number(value) else None, self.steps)
        return Control(path, self.told, written, value, slider)


def _is_number(value: Any) -> bool:
    """True for a number that a slider can stand at: infinity, nan and what float64 cannot hold are none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and -_LARGEST < value < _LARGEST


@cache
def _told(model: type[Schedule]) -> Mapping[str, str]:
    """The meaning and the range of each parameter of a class."""
    return {each.name: _sentence(each) for each in parameters_of(model)}


def _sentence(parameter: Parameter) -> str:
    return f"{parameter.text} ({parameter.range})" if parameter.range else parameter.text
