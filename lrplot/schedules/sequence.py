from collections.abc import Iterator, Mapping
from collections.abc import Sequence as Several
from dataclasses import replace
from functools import cached_property
from itertools import accumulate
from typing import Any, ClassVar, Final, Literal

import numpy as np

from lrplot.errors import Problem
from lrplot.schedules.base import Context, Nested, Parts, Rates, Schedule, Steps
from lrplot.schedules.composite import Composite
from lrplot.schedules.constant import Constant
from lrplot.schedules.dense import pieces
from lrplot.schedules.folding import Tree
from lrplot.schedules.formula import Equation, choice, filled, shifted
from lrplot.schedules.parameters import Counts

_FEW: Final = 8
"""Parts whose steps are looked for one part after the other; with more, sorting the steps is quicker."""


class Sequence(Composite):
    """One schedule after another, each on its own clock.

        lr(t) = part_i(t - S_i)   (S_i ≤ t < S_i + lengths_i)
        S_i = lengths_0 + … + lengths_{i-1}

    Knots: the joins, and each part's own.
    Not to be confused with: Product, whose schedules run at the same time.
    Source: PyTorch SequentialLR, Optax join_schedules.

    >>> from lrplot.schedules.linear import Linear
    >>> Sequence(parts=[Constant(lr=0.3), Linear(lr=0.1, T_max=2)], lengths=[3])([2, 3, 4]).tolist()
    [0.3, 0.1, 0.05]
    """

    equations: ClassVar = (
        Equation("lr(t)", "part_i(t - S_i)", "S_i <= t < S_i + lengths_i"),
        Equation("S_i", "lengths_0 + ... + lengths[i - 1]"),
    )

    type: Literal["sequence"] = "sequence"
    parts: Parts
    """The schedules, in order."""
    lengths: Counts = ()
    """Steps of each part but the last."""

    def mistakes(self) -> Iterator[Problem]:
        if len(self.lengths) != len(self.parts) - 1:
            yield Problem(
                "lengths",
                f"lengths must be one fewer than the parts ({len(self.parts)}), got {len(self.lengths)}",
            )

    @classmethod
    def contexts(cls, outer: Context, given: Mapping[str, Any], parts: int) -> Several[Context]:
        lengths = [*given.get("lengths", ())]
        starts = list(accumulate(lengths, initial=0))
        rest = None if outer.length is None or outer.length <= starts[-1] else outer.length - starts[-1]
        inner = [
            replace(outer.later(start), length=length)
            for start, length in zip(starts, [*lengths, rest], strict=True)
        ]
        return inner + [outer] * parts

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        return tuple(accumulate(self.lengths, initial=0))

    def inside(self) -> tuple[Nested, ...]:
        return self._places

    @cached_property
    def _places(self) -> tuple[Nested, ...]:
        spans = zip(self.parts, self._starts, [*self._starts[1:], None], strict=True)
        return tuple(
            Nested(part, origin=start, start=start, stop=stop, name=f"parts[{i}]")
            for i, (part, start, stop) in enumerate(spans)
        )

    def rate(self, t: Steps) -> Rates:
        flat = t.ravel()
        which = np.searchsorted(self._starts, flat, side="right") - 1
        rates = np.empty_like(flat)
        if len(self.parts) <= _FEW:
            for i, part in enumerate(self.parts):
                inside = which == i
                if inside.any():
                    rates[inside] = part.rate(flat[inside] - self._starts[i])
            return rates.reshape(t.shape)
        # By part, so that thousands of them cost no more than a few; steps in order stay where they are.
        order = np.argsort(which, kind="stable")
        present, begins = np.unique(which[order], return_index=True)
        # No steps make one part of none, and no part.
        for i, here in zip(present.tolist(), np.split(order, begins[1:]), strict=False):
            rates[here] = self.parts[i].rate(flat[here] - self._starts[i])
        return rates.reshape(t.shape)

    def closed_form(self) -> Tree | None:
        found = [part.closed_form() for part in self.parts]
        own = [
            shifted(inner, filled("t - start", {"start": start}))
            for inner, start in zip(found, self._starts, strict=True)
            if inner is not None
        ]
        if len(own) < len(found):
            return None
        tests = [filled("t < start", {"start": start}) for start in self._starts[1:]]
        return choice(list(zip(tests, own, strict=False)), own[-1])

    def fill(self, out: Rates, first: int) -> None:
        for i, piece, step in pieces(out, first, self._starts):
            self.parts[i].fill(piece, step - self._starts[i])

    @property
    def length(self) -> float | None:
        last = self.parts[-1].length
        return None if last is None else sum(self.lengths) + last

    @property
    def momentum(self) -> "Schedule | None":
        own = [part.momentum for part in self.parts]
        known = [momentum for momentum in own if momentum is not None]
        if not known:
            return None
        filled: list[Schedule] = []
        held = float(known[0](0))
        for momentum, length in zip(own, [*self.lengths, 1], strict=True):
            filled.append(momentum or Constant(lr=held))
            held = float(filled[-1](length - 1))
        return Sequence(parts=tuple(filled), lengths=self.lengths)
