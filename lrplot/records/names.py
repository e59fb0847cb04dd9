"""The names of columns: which hold rates, which count steps."""

import re
from typing import Final

UPDATES: Final = (
    *("train/global_step", "trainer/global_step", "global_step", "current_steps", "num_updates"),
    *("step", "steps", "train_step", "train_steps", "iteration", "iterations", "iter", "iters", "it"),
    *("n_iter", "num_iters", "update", "updates", "_step"),
)
"""Columns that count updates, the surest first; W&B's own ``_step`` counts calls of its log."""
EPOCHS: Final = ("epoch", "epochs", "train/epoch", "trainer/epoch", "_epoch")
EXACT: Final = ("lr", "learning_rate", "learningrate")
_RATE = re.compile(r"(?:^|[^a-z])(?:lrs?|learning_?rates?)(?:$|[^a-z])")
_OTHER = re.compile(
    r"mult|scale|ratio|factor|decay|find|warm|sched|_min$|_max$|min_lr|max_lr|lr_min|lr_max"
    r"|min_learning|max_learning|momentum|betas?\b|log_?lr|initial|^val_|^eval|^test_"
)
_GROUP = re.compile(r"[/_.]*(?:pg|param_?group|group|g)?[/_.]*\d+$")


def plain(name: str) -> str:
    """A name in small letters, with _ for blanks and dashes.

    >>> plain("Learning Rate"), plain("lr-SGD/pg1")
    ('learning_rate', 'lr_sgd/pg1')
    """
    return re.sub(r"[\s\-]+", "_", name.strip().lower())


def last(name: str) -> str:
    """The last part of a path of names.

    >>> last("run-a - train/lr"), last("lr")
    ('lr', 'lr')
    """
    return re.split(r"/|_-_|___", plain(name).replace("_-_", "/"))[-1]


def is_rate(name: str) -> bool:
    """True where a column of this name holds learning rates.

    >>> [is_rate(name) for name in ("lr", "lr-SGD/pg1", "train/lr", "base_lr")]
    [True, True, True, True]
    >>> [is_rate(name) for name in ("lr_mult", "lr-SGD-momentum", "loss", "val_learning_rate")]
    [False, False, False, False]
    """
    simple = plain(name)
    return _RATE.search(simple) is not None and _OTHER.search(simple) is None


def is_exact(name: str) -> bool:
    """True where a name says no more than that it is the rate.

    >>> is_exact("train/lr"), is_exact("lr-SGD")
    (True, False)
    """
    return last(name) in EXACT


def family(name: str) -> str:
    """The name without the number of its parameter group: groups of one optimizer share it.

    >>> family("lr-SGD/pg2"), family("lr/pg0"), family("lr_group1"), family("lr")
    ('lr_sgd', 'lr', 'lr', 'lr')
    """
    return _GROUP.sub("", plain(name))


def counting(names: tuple[str, ...], known: tuple[str, ...]) -> list[str]:
    """The names that count what ``known`` count, the surest first.

    >>> counting(("loss", "_step", "train/global_step"), UPDATES)
    ['train/global_step', '_step']
    """
    order = {name: place for place, name in enumerate(known)}
    far = len(known)
    ranked = [
        (min(order.get(plain(name), 2 * far), far + order.get(last(name), far)), name) for name in names
    ]
    return [name for rank, name in sorted(ranked, key=lambda each: each[0]) if rank < 2 * far]


def is_kept(name: str) -> bool:
    """True where a reader of logs has a use for a column."""
    return is_rate(name) or is_count(name)


def is_count(name: str) -> bool:
    """True where a column counts steps or epochs.

    >>> is_count("trainer/global_step"), is_count("Epoch"), is_count("loss")
    (True, True, False)
    """
    return bool(counting((name,), UPDATES)) or bool(counting((name,), EPOCHS))
