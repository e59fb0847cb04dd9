"""The central noun: one schedule over one horizon, with all that is needed to draw it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from lrplot.clock import Training, is_whole
from lrplot.display import Shown
from lrplot.errors import LrplotError
from lrplot.schedules.base import Schedule
from lrplot.style import Style

if TYPE_CHECKING:
    from lrplot.optimizers import Quadratic, Simulation
    from lrplot.optimizers.base import Optimizer
    from lrplot.optimizers.optimization import Optimization


@dataclass(frozen=True, slots=True)
class Written:
    """The words of the text that a run was read from; messages speak of it, curves do not.

    Parameters
    ----------
    call
        The name of the framework's call, empty where the run is of a spec.
    arguments
        The plain numbers the call and those inside it were given, by the framework's names.
    optimizer
        The class of the text's one optimizer, empty where there is none or several.
    model
        That optimizer as its updates are computed, None where they are not, or not all is plainly said.
    base
        The optimizer's rate, None where the text has no plain number for it.
    facts
        What else is so and may be a mistake: ``never stepped`` where the text trains and no update ever
        calls the scheduler; ``no horizon`` where nothing says how long the run is.
    framework
        The name of the framework that the call is of, empty where it is of none that is known.
    """

    call: str = ""
    arguments: tuple[tuple[str, float], ...] = ()
    optimizer: str = ""
    model: "Optimizer | None" = None
    base: float | None = None
    facts: frozenset[str] = frozenset()
    framework: str = ""


@dataclass(frozen=True, slots=True)
class Swept:
    """What is swept, and the value of it that one curve has.

    >>> str(Swept("gamma", "0.9"))
    'gamma=0.9'
    """

    name: str
    value: str

    def __str__(self) -> str:
        """Both, as a label holds them."""
        return f"{self.name}={self.value}"


@dataclass(frozen=True, slots=True)
class Group:
    """The rate of a parameter group: some of a model's parameters that have one of their own.

    Parameters
    ----------
    label
        What the group is called: ``backbone``, ``bias``.
    schedule
        The rate of its parameters, on the steps of the run.
    """

    label: str
    schedule: Schedule


@dataclass(frozen=True, slots=True)
class Run(Shown):
    """A labelled schedule over steps ``0 … steps-1``.

    Parameters
    ----------
    label
        What a legend calls it.
    schedule
        The schedule.
    steps
        Horizon, 1 … 2^53.
    steps_per_epoch
        Steps in an epoch, None where the run knows no epochs.
    style
        How its figure looks.
    origin
        Where it was written: a file name, a catalogue name.
    family
        What is swept, where the run is one of a sweep.
    swept
        The values that a sweep gave it.
    optimization
        The optimizer and the gradients that show what it makes of the rate, None where none is asked for.
    model
        The noisy quadratic model it is to be simulated in, None where it is not.
    simulation
        The expected loss there, once :func:`lrplot.curve.simulated` has computed it.
    notes
        What whoever looks at the curve should know: what was assumed, or read in one of two ways.
    written
        What the text it was read from says in its own words.
    traps
        Those of the notes that tell of keys by which a trainer does not what they seem to say.
    derivation
        How its updates and warm-up came about, a line each, where a trainer's configuration says them.
    logged
        The first logged update, where it is no plan but what a training logged: its knots are the rows, drawn
        as dots, and nothing is known between them. None for a plan.
    groups
        The parameter groups that have rates of their own; the schedule is that of all other parameters, and
        a group with the very same schedule names it.
    relative
        Whether nobody says how many steps it has, so that each of its steps stands for a share of the run.
    training
        What an update is made of, where a spec says it: examples in a batch, tokens in a sequence.
    """

    label: str
    schedule: Schedule
    steps: int
    steps_per_epoch: int | None = None
    style: Style = field(default_factory=Style)
    origin: str = ""
    family: str = ""
    swept: tuple[Swept, ...] = ()
    optimization: "Optimization | None" = None
    model: "Quadratic | None" = None
    simulation: "Simulation | None" = None
    notes: tuple[str, ...] = ()
    written: Written = field(default_factory=Written)
    derivation: tuple[str, ...] = ()
    traps: tuple[str, ...] = ()
    logged: int | None = None
    groups: tuple[Group, ...] = ()
    relative: bool = False
    training: Training | None = None

    def __post_init__(self) -> None:
        """Refuse a horizon that is none."""
        if not is_whole(self.steps, least=1):
            raise LrplotError(f"{self.label}: steps must be whole and between 1 and 2^53, got {self.steps!r}")

    def of_group(self, label: str) -> "Run | None":
        """The run of one parameter group's rate, None where there is no such group."""
        found = next((group.schedule for group in self.groups if group.label == label), None)
        if found is None:
            return None
        return _of_groups(replace(self, label=f"{self.label}, {label}", schedule=found))


class Runs(tuple[Run, ...], Shown):
    """The runs of one REF, in order: a tuple that shows one picture of all in a notebook."""

    __slots__ = ()


_MOST_NAMED: Final = 4
"""Most parameter groups of one curve that its label names each."""
_MOST_HUES: Final = 8
"""From more parameter groups on, their curves are shades of one hue: none has a hue of its own."""


def spread(runs: Iterable[Run]) -> list[Run]:
    """The curves of runs, each a run: that of the schedule, and one for each other rate of its groups.

    Groups with the same rates are one curve with all their names. What belongs to the run as a whole
    (notes, traps, derivation, optimizer) stays with its first curve.

    >>> from lrplot.schedules.constant import Constant
    >>> low = Constant(lr=0.1)
    >>> groups = Group("head", Constant(lr=1)), Group("backbone", low), Group("stem", low)
    >>> run = Run("constant", Constant(lr=1), 9, groups=groups)
    >>> [each.label for each in spread([run])], [each.label for each in spread([run, run])][:2]
    (['head', 'backbone, stem'], ['constant, head 1', 'constant, backbone, stem 1'])
    """
    return [curve for curves in curves_of(runs) for curve in curves]


def curves_of(runs: Iterable[Run]) -> list[list[Run]]:
    """The same, those of each run together."""
    together = list(runs)
    alone = len(together) == 1
    found = [_spread(run, alone=alone) if run.groups else [run] for run in together]
    if not any(run.groups for run in together):
        return found
    told = iter(distinct([curve for curves in found for curve in curves]))
    return [[next(told) for _ in curves] for curves in found]


def _spread(run: Run, *, alone: bool) -> list[Run]:
    names: dict[Schedule, list[str]] = {run.schedule: []}
    for group in run.groups:
        names.setdefault(group.schedule, []).append(group.label)
    style = run.style
    if alone and style.title is None:
        style = style.model_copy(update={"title": run.label})
    family = run.family or ("parameter groups" if alone and len(names) > _MOST_HUES else "")
    first, *others = (
        replace(
            run,
            label=_called(run, named, alone=alone),
            schedule=schedule,
            style=style,
            family=family,
            groups=(),
        )
        for schedule, named in names.items()
    )
    return [first, *map(_of_groups, others)]


def _of_groups(run: Run) -> Run:
    """The run without what belongs to the training as a whole."""
    return replace(
        run, optimization=None, model=None, simulation=None, notes=(), traps=(), derivation=(), groups=()
    )


def _called(run: Run, names: list[str], *, alone: bool) -> str:
    """The label of a curve: the groups whose rate it is, behind the run's own where there are others."""
    shown = names if len(names) <= _MOST_NAMED else [names[0], "…", f"{names[-1]} ({len(names)} groups)"]
    text = ", ".join(shown).replace(", …, ", " … ")
    return ", ".join(part for part in ("" if alone and text else run.label, text) if part)


def distinct(runs: list[Run]) -> list[Run]:
    """The runs with labels that tell them apart: where they came from, then a number.

    >>> from lrplot.schedules.cosine import Cosine
    >>> from lrplot.schedules.linear import Linear
    >>> made = [Cosine(lr=0.1, T_max=9), Linear(lr=0.1, T_max=9), Cosine(lr=0.2, T_max=9)]
    >>> [run.label for run in distinct([Run(each.type, each, 9) for each in made])]
    ['cosine 1', 'linear', 'cosine 2']
    """
    labels = [run.label for run in runs]
    if len(set(labels)) == len(labels):
        return runs
    times = Counter(labels)
    same = [times[label] > 1 for label in labels]
    by_origin = [
        f"{run.label} ({run.origin})" if many else run.label for run, many in zip(runs, same, strict=True)
    ]
    so_far = Counter[str]()
    counted = []
    for label in labels:
        so_far[label] += 1
        counted.append(f"{label} {so_far[label]}")
    by_number = [number if many else label for number, label, many in zip(counted, labels, same, strict=True)]
    of_files = all(run.origin for run, many in zip(runs, same, strict=True) if many)
    tries = [
        *([by_origin] if of_files else []),
        by_number,
        [f"{label} {i + 1}" for i, label in enumerate(labels)],
    ]
    told = next(each for each in tries if len(set(each)) == len(each))
    return [replace(run, label=label) for run, label in zip(runs, told, strict=True)]
