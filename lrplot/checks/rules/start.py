"""Runs that begin at rate 0."""

from collections.abc import Iterator

from lrplot.checks.rules.base import Finding, Rule, Severity, Subject
from lrplot.curve import pieces


class FirstStepZero(Rule):
    """The first step trains at rate 0.

    Most frameworks' warm-up starts at 0 and the first update is made at it: forward, backward, no change.
    One step of thousands is no harm; with few long steps, or a warm-up of ten, it is a tenth of it.

    Way out: start the ramp at a share of the peak (``start_factor``, ``warmup_lr_init``, ``init_value``).

    Seen in: huggingface/transformers#34754, karpathy/nanoGPT#578, EleutherAI/gpt-neox#1373.
    """

    code = "LR004"
    name = "first-step-zero"
    severity = Severity.NOTE
    example = '"get_linear_schedule_with_warmup(optimizer, 10, 100)" --lr 5e-5 --select LR004'

    def check(self, subject: Subject) -> Iterator[Finding]:
        if subject.until > 1 and _zeros(subject) == 1:
            yield self.found("the first step trains at rate 0", 0, next_rate=float(subject.schedule(1)))


class ZeroStretch(Rule):
    """The run begins with many steps at rate 0, or trains at 0 throughout.

    A warm-up from 0 that is updated once an epoch keeps the whole first epoch at 0. And Optax's
    warmup_constant_schedule with ``warmup_steps=0`` never leaves its ``init_value``.

    Way out: update the warm-up every step, or start it above 0.

    Seen in: ace-step/ACE-Step#198 (updated once an epoch), google-research/big_transfer#58 (from 0).
    """

    code = "LR005"
    name = "zero-stretch"
    example = (
        '"get_linear_schedule_with_warmup(optimizer, 5, 90)" --lr 5e-5 --epochs 90 --steps-per-epoch 390 '
        "--update epoch"
    )

    def check(self, subject: Subject) -> Iterator[Finding]:
        zeros = _zeros(subject)
        if zeros > 1:
            all_of = zeros == subject.until
            what = "every step trains" if all_of else f"the first {zeros} steps train"
            share = zeros / subject.until
            yield self.found(f"{what} at rate 0", 0, zeros=zeros, run=subject.until, share=round(share, 4))


def _zeros(subject: Subject) -> int:
    """The number of steps at the start that have rate 0."""
    count = 0
    for piece in pieces(subject.schedule, subject.until):
        if piece.skipped or piece.first != 0:
            break
        if not piece.constant:
            return piece.start + 1
        count = piece.stop
    return count
