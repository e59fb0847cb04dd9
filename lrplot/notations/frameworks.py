"""The frameworks whose words are read, and which one a name belongs to."""

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

from lrplot.errors import UsageError

Call = Callable[..., Any]
Stepping = Callable[[Any, str, Any], Literal["clock", "time"] | None]
"""What a scheduler's method does to its clock, given the scheduler, the method's name and the time it is told
(None where it is told none): ``clock`` advances it by one, ``time`` sets it, None leaves it alone."""


def counting(scheduler: Any, _method: str, time: Any) -> Literal["clock", "time"]:
    """As PyTorch's ``step(epoch=None)``: one on, or to the time told; a plateau is told its metric."""
    return "clock" if time is None or scheduler.schedule.reacts else "time"


@dataclass(frozen=True, slots=True)
class Framework:
    """A framework, the file that holds its calls, and how its dotted names begin.

    Parameters
    ----------
    name
        What ``--to`` and ``--as`` call it, and the name of its file.
    title
        What people call it.
    roots
        First parts of a dotted name that mean it.
    hints
        Parts inside a dotted name that mean it where the first part says nothing (``optim.lr_scheduler``).
    single_precision
        Whether it computes rates in float32 unless told otherwise.
    by_epoch
        Its calls that are always updated once an epoch.
    resumes
        Whether ``last_epoch`` builds its schedulers in the middle of a run.
    dampens
        Whether its schedulers are factors on a rate that another sets.
    by_import
        Whether people meet its names with their import alone: without one, a name is another's first.
    """

    name: str
    title: str
    roots: tuple[str, ...]
    hints: tuple[str, ...] = ()
    single_precision: bool = False
    by_epoch: tuple[str, ...] = ()
    dampens: bool = False
    resumes: bool = False
    by_import: bool = False

    @property
    def calls(self) -> Mapping[str, Call]:
        """Its schedules by the framework's own names."""
        found: Mapping[str, Call] = importlib.import_module(f"lrplot.notations.{self.name}").CALLS
        return found

    @property
    def stepping(self) -> Stepping:
        """How its schedulers are stepped in a training loop."""
        found: Stepping = getattr(
            importlib.import_module(f"lrplot.notations.{self.name}"), "STEPPING", counting
        )
        return found

    @property
    def combinators(self) -> Mapping[str, Call]:
        """Its functions that make no schedule, but give on or change one that they are given."""
        module = importlib.import_module(f"lrplot.notations.{self.name}")
        found: Mapping[str, Call] = getattr(module, "COMBINATORS", {})
        return found


FRAMEWORKS: Final = (
    Framework("pytorch", "PyTorch", ("torch",), ("lr_scheduler", "swa_utils"), resumes=True),
    Framework(
        "keras",
        "Keras",
        ("keras", "tf", "tensorflow", "tf_keras"),
        ("schedules", "callbacks"),
        single_precision=True,
        by_epoch=("LearningRateScheduler", "ReduceLROnPlateau"),
    ),
    Framework("transformers", "Transformers", ("transformers",), resumes=True),
    Framework("optax", "Optax", ("optax",), single_precision=True),
    Framework("timm", "timm", ("timm",)),
    Framework("mmengine", "MMEngine", ("mmengine", "mmcv")),
    Framework("fvcore", "fvcore", ("fvcore", "detectron2")),
    Framework("ignite", "ignite", ("ignite",)),
    Framework("paddle", "Paddle", ("paddle",), ("lr",)),
    Framework("composer", "Composer", ("composer",)),
    Framework("deepspeed", "DeepSpeed", ("deepspeed",)),
    Framework("diffusers", "Diffusers", ("diffusers",), by_import=True),
    Framework("colossalai", "ColossalAI", ("colossalai",), by_import=True),
    Framework("warmup_scheduler", "warmup_scheduler", ("warmup_scheduler",)),
    Framework("cosine_annealing_warmup", "cosine_annealing_warmup", ("cosine_annealing_warmup",)),
    Framework("pytorch_warmup", "pytorch_warmup", ("pytorch_warmup",), by_import=True, dampens=True),
)
"""In the order in which a bare name is tried."""


def framework(name: str) -> Framework:
    """The framework called ``name``.

    Raises
    ------
    UsageError
        When there is none.
    """
    for each in FRAMEWORKS:
        if name == each.name:
            return each
    raise UsageError(f"no framework '{name}'; known are {', '.join(each.name for each in FRAMEWORKS)}")


ALIASES: Final[Mapping[str, str]] = {
    "torch": "pytorch",
    "tf": "keras",
    "tensorflow": "keras",
    "hf": "transformers",
    "huggingface": "transformers",
    "jax": "optax",
}
"""Other names people call a framework by."""


@cache
def _by_call() -> dict[str, tuple[Framework, ...]]:
    found: dict[str, tuple[Framework, ...]] = {}
    for each in FRAMEWORKS:
        for name in each.calls:
            found[name] = (*found.get(name, ()), each)
    return found


def names() -> Sequence[str]:
    """Every call's name."""
    return tuple(_by_call())


def home(path: str, *, imported: bool = False) -> Framework | None:
    """The framework a dotted name says it belongs to, None where it does not say.

    An ``imported`` name says so by its first part alone; in a pasted call a part inside may hint at it.

    >>> home("optim.lr_scheduler.StepLR").title
    'PyTorch'
    >>> home("mypkg.lr_scheduler.StepLR", imported=True)
    """
    parts = path.split(".")
    for each in FRAMEWORKS:
        if parts[0] in each.roots and len(parts) > 1:
            return each
    if imported:
        return None
    for each in FRAMEWORKS:
        if set(parts[:-1]) & set(each.hints):
            return each
    return None


def candidates(path: str, *, imported: bool = False) -> tuple[Framework, ...]:
    """The frameworks that may be meant by a name, the likeliest first; empty when none has it.

    What is ``imported`` from a module that is no framework's is nobody's.
    """
    having = _by_call().get(path.rpartition(".")[2], ())
    own = home(path, imported=imported)
    if imported and own is None:
        return ()
    if own is not None:
        return tuple(each for each in having if each is own)
    # Without an import a name is not one of those that people meet with their import alone.
    return tuple(each for each in having if not each.by_import) or having


def combinator(path: str, *, imported: bool) -> Call | None:
    """What gives on or changes a schedule under this name, None where nothing does."""
    own = home(path, imported=imported)
    return None if own is None else own.combinators.get(path.rpartition(".")[2])


def is_foreign(path: str, *, imported: bool) -> bool:
    """Whether a name that some framework has is imported from a module of no framework."""
    return imported and path.rpartition(".")[2] in _by_call() and home(path, imported=True) is None
