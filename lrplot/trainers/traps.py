"""Notes on arguments of Transformers' Trainer that do not what they seem to say."""

from collections.abc import Mapping
from typing import Any, Final

from lrplot.trainers.form import Form
from lrplot.trainers.training import Trap, number, whole

_DEFAULT_EPOCHS: Final = 3
"""``num_train_epochs`` of TrainingArguments, where nobody gives it."""


def two_warmups(steps: float | None, ratio: float | None, *, ratio_wins: bool) -> tuple[str, ...]:
    """A note where both ``warmup_steps`` and ``warmup_ratio`` are given.

    >>> two_warmups(10, 0.1, ratio_wins=False)
    ('warmup_steps wins over warmup_ratio, which is passed over',)
    """
    if not steps or not ratio:
        return ()
    one, other = ("warmup_ratio", "warmup_steps") if ratio_wins else ("warmup_steps", "warmup_ratio")
    return (Trap(f"{one} wins over {other}, which is passed over"),)


def of_cycles(kind: str, kwargs: Mapping[str, Any]) -> tuple[str, ...]:
    """Notes on numbers of cycles that do not what their schedule's name says."""
    cycles = kwargs.get("num_cycles")
    if kind == "cosine_with_restarts" and cycles in (None, 1):
        left_out = "num_cycles is left out, and 1" if cycles is None else "num_cycles is 1"
        return (
            Trap(f"{left_out}: cosine_with_restarts never restarts (lr_scheduler_kwargs: {{num_cycles: N}})"),
        )
    if kind == "cosine" and isinstance(cycles, int | float) and cycles % 1 == 0 and cycles:
        return (
            Trap(
                f"num_cycles {cycles:g} are whole waves: the cosine ends at its highest rate (0.5 goes down)"
            ),
        )
    return ()


def beaten(form: Form) -> tuple[str, ...]:
    """A note on epochs that nobody counts, where they are written and the steps win."""
    limit, epochs = whole(form, "max_steps", -1, least=-1), number(form, "num_train_epochs", None)
    # A saved configuration has every default too.
    if limit <= 0 or epochs in (None, _DEFAULT_EPOCHS):
        return ()
    return (Trap(f"max_steps {limit} wins over num_train_epochs {epochs:g}, which is passed over"),)
