"""Formats that differ in the names of their columns and in which update a row belongs to."""

from dataclasses import replace
from typing import Final

from lrplot.records.formats.format import AFTER_EPOCH, EPOCH_FROM_1, OF_EPOCH, WHOLE, Format, by_base
from lrplot.records.log import BY_NUMBER, JUST_MADE, NEXT, Convention, Log
from lrplot.records.names import UPDATES, counting, is_rate, plain
from lrplot.records.table import Table

LAST_OF_EPOCH: Final = Convention(-1, "a row has the rate of its epoch's last batch, epochs counted from 1")


def _by_epoch(table: Table) -> bool:
    return table.has("epoch") and not counting(table.names, UPDATES)


def _ultralytics(log: Log, table: Table) -> Log:  # noqa: ARG001
    return by_base(log, (OF_EPOCH, AFTER_EPOCH), (LAST_OF_EPOCH, OF_EPOCH))


def _calls(log: Log, table: Table) -> Log:
    names = {plain(name) for name in table.names}
    if names & {"train/global_step", "trainer/global_step", "global_step"}:
        return log
    told = "W&B's own step counts calls of its log, which need not be updates"
    return replace(log, notes=(*log.notes, told))


def _skipped(log: Log, table: Table) -> Log:
    skipped = table.column("skipped").numbers
    if not len(skipped) or not skipped[-1]:
        return log
    told = f"DeepSpeed skipped {skipped[-1]:.0f} of these updates: its scheduler did not step then"
    return replace(log, notes=(*log.notes, told))


LIGHTNING: Final = Format(
    "Lightning's metrics.csv",
    lambda table: (
        table.form == "cells"
        and table.has("step")
        and (table.path.name == "metrics.csv" or any(name.startswith("lr-") for name in table.names))
    ),
    conventions=(BY_NUMBER, JUST_MADE, NEXT),
    step="step",
)
TIMM: Final = Format(
    "timm's summary.csv",
    lambda table: table.form == "cells" and _by_epoch(table) and table.has("train_loss", "lr"),
    unit="epochs",
    conventions=(OF_EPOCH, AFTER_EPOCH),
    printed=WHOLE,
    step="epoch",
    finish=lambda log, _: replace(log, notes=(*log.notes, "timm logs the mean over parameter groups")),
)
ULTRALYTICS: Final = Format(
    "Ultralytics' results.csv",
    lambda table: table.form == "cells" and _by_epoch(table) and (table.has("lr/pg0") or table.has("x/lr0")),
    unit="epochs",
    step="epoch",
    finish=_ultralytics,
)
KERAS_CSV: Final = Format(
    "Keras' CSVLogger",
    lambda table: table.form == "cells" and _by_epoch(table) and table.has("loss"),
    unit="epochs",
    conventions=(OF_EPOCH, EPOCH_FROM_1, AFTER_EPOCH),
    step="epoch",
)
KERAS_HISTORY: Final = Format(
    "Keras' history",
    lambda table: table.form == "lists" and not counting(table.names, UPDATES) and table.has("loss"),
    unit="epochs",
    conventions=(OF_EPOCH, EPOCH_FROM_1, AFTER_EPOCH),
)
DETECTRON2: Final = Format(
    "detectron2's metrics.json",
    lambda table: table.form == "records" and table.has("iteration", "lr"),
    conventions=(BY_NUMBER, NEXT),
    is_rate=lambda name: name == "lr",
    printed=WHOLE,
    step="iteration",
)
MMENGINE: Final = Format(
    "MMEngine's scalars.json",
    lambda table: table.form == "records" and table.has("lr", "iter", "step"),
    conventions=(JUST_MADE, BY_NUMBER),
    is_rate=lambda name: name == "lr",
    printed=WHOLE,
    step="step",
)
KERAS_EVENTS: Final = Format(
    "TensorBoard's event file of Keras",
    lambda table: table.form == "events" and table.has("epoch_learning_rate"),
    unit="epochs",
    conventions=(AFTER_EPOCH, OF_EPOCH),
    is_rate=lambda name: name == "epoch_learning_rate",
    step="step",
)
TENSORBOARD: Final = Format(
    "TensorBoard's event file",
    lambda table: table.form == "events",
    conventions=(BY_NUMBER, JUST_MADE, NEXT),
    step="step",
)
TENSORBOARD_JSON: Final = Format(
    "TensorBoard's JSON",
    lambda table: (
        not table.headed
        and table.form == "records"
        and table.names == ("1", "2", "3")
        and bool(len(table.columns["1"]))
        and bool((table.columns["1"].numbers > 1e9).all())
    ),
    is_rate=lambda name: name == "3",
    step="2",
)
TENSORBOARD_CSV: Final = Format(
    "TensorBoard's CSV",
    lambda table: table.form == "cells" and table.has("Wall time", "Step", "Value"),
    is_rate=lambda name: name == "Value",
    step="Step",
)
WANDB: Final = Format(
    "W&B's export",
    lambda table: (
        (table.form == "cells" and any(name.endswith("__MAX") for name in table.names))
        or (table.form == "records" and table.has("_step"))
    ),
    is_rate=lambda name: is_rate(name) and not name.endswith(("__MIN", "__MAX")),
    finish=_calls,
)


def _named_by_file(table: Table) -> Table:
    """The table with the column of its values called as the file is."""
    name = table.path.name
    if name in table.columns:
        return table
    table = table.with_column(name, table.columns["2"])
    return replace(table, headed=True)


MLFLOW: Final = Format(
    "MLflow's metric file",
    lambda table: (
        not table.headed
        and table.names == ("1", "2", "3")
        and table.form == "cells"
        and len(table.columns["1"]) > 0
        and bool((table.columns["1"].numbers > 1e11).all())
    ),
    printed=WHOLE,
    step="3",
    prepare=_named_by_file,
)
