"""The last parameters of PyTorch's schedulers, and of those that are derived from them."""

from typing import Any

from lrplot.python.parameters import Ignored, Refusal
from lrplot.python.signatures import Making, with_tail


def resuming(make: Making, last_epoch: int = -1) -> Any:
    """The scheduler from its first step on: a resumed one goes on from rates that only a checkpoint tells."""
    if last_epoch != -1:
        raise Refusal(
            "last_epoch resumes a run from a checkpoint's rates; leave it out to see the whole curve",
            "last_epoch",
        )
    return make()


def _talking(make: Making, verbose: Ignored = False) -> Any:  # type: ignore[assignment]  # noqa: ARG001 (prints)
    return make()


with_last_epoch = with_tail(resuming)
"""A scheduler that can be resumed; its whole curve alone is drawn."""

with_verbose = with_tail(_talking)
"""A scheduler of the releases before 2.7, whose last argument was ``verbose``; scripts still give it."""
