"""Names: schedules of the catalogue and optimizers, with typical values."""

from typing import Final

from lrplot.document.changes import Given, with_settings
from lrplot.document.document import NO_HORIZON, Document
from lrplot.document.dump import optimizer_as_data
from lrplot.document.tree import literal
from lrplot.run import Written
from lrplot.schedules import CATALOGUE, TYPICAL_LR, find, nearest
from lrplot.sources.foreign import ForeignReader
from lrplot.sources.front_end import FrontEnd
from lrplot.sources.ref import Ref
from lrplot.text.nearest import nearest_name

_TYPICAL_UPDATES: Final = 200
"""Updates that an optimizer is shown by: enough to see its effective rate settle."""


def _is_schedule(ref: Ref, _given: Given) -> bool:
    return not ref.looks_like_file and find(ref.spelled) is not None


def _schedule(ref: Ref, given: Given) -> Document:
    """A schedule's name as a spec."""
    entry = find(ref.spelled)
    assert entry is not None  # noqa: S101 (the REF was recognised)
    epochs = {} if entry.steps_per_epoch is None else {"steps_per_epoch": entry.steps_per_epoch}
    root = literal({"lr": TYPICAL_LR, "steps": entry.steps, **epochs, "schedule": entry.name}, entry.name)
    document = Document(
        root,
        entry.name,
        ForeignReader(entry.name, given.bindings),
        typical=True,
        instead=entry.instead,
        written={"": Written(facts=NO_HORIZON)},
    )
    # Written out, as what is given replaces the parameters that the name stands for.
    return with_settings(document, {})


def _is_optimizer(ref: Ref, _given: Given) -> bool:
    if ref.looks_like_file or ref.is_text:
        return False
    from lrplot.optimizers import TYPES

    return ref.spelled.lower() in TYPES


def _optimizer(ref: Ref, given: Given) -> Document:
    """An optimizer at its framework's own rate, under gradients of ours."""
    from lrplot.frameworks.registry import REGISTRY
    from lrplot.optimizers import optimizer_of
    from lrplot.optimizers.optimization import TYPICAL_GRADIENTS

    optimizer = optimizer_of(ref.spelled.lower())
    spec = {
        "steps": _TYPICAL_UPDATES,
        "optimizer": {**optimizer_as_data(optimizer), "lr": REGISTRY.default_lr(optimizer)},
        "gradients": TYPICAL_GRADIENTS.model_dump(),
    }
    foreign = ForeignReader(optimizer.type, given.bindings)
    return Document(literal(spec, optimizer.type), ref.spelled.lower(), foreign, typical=True)


def near(reference: str) -> str:
    """The name that may have been meant: one of the catalogue, or an optimizer's."""
    from lrplot.optimizers import TYPES

    close = nearest_name(reference.lower(), (*CATALOGUE, *TYPES))
    return f"did you mean '{close}'?" if close in TYPES else nearest(reference)


SCHEDULE: Final = FrontEnd("a schedule's name", _is_schedule, _schedule)
OPTIMIZER: Final = FrontEnd("an optimizer's name", _is_optimizer, _optimizer)
