"""Schedules and runs that are not of one length."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from lrplot.lint.base import SHARE, Finding, Rule, Severity, Subject, total_of
from lrplot.render.numbers import short
from lrplot.schedules.base import Schedule, whole
from lrplot.schedules.constant import Constant
from lrplot.schedules.multistep import MultiStep
from lrplot.schedules.onecycle import OneCycle
from lrplot.schedules.piecewise import Piecewise
from lrplot.schedules.place import Place
from lrplot.schedules.step import Step
from lrplot.schedules.warmup import Warmup
from lrplot.schedules.wsd import WSD


class CutShort(Rule):
    """The run ends before its schedule does.

    The schedule was given more steps than the run makes: the optimizer's updates are fewer than the
    batches (gradient accumulation, several processes), or the total was copied from another run. The rate
    never comes down to where it was to end. Told when more than 1 % of the peak is missing.

    Way out: give the schedule the number of updates the run makes.

    Seen in: huggingface/accelerate#662, huggingface/transformers#26827, huggingface/diffusers#3954.
    """

    code = "LR007"
    name = "cut-short"
    example = '"get_cosine_schedule_with_warmup(optimizer, 500, 10000)" --lr 1e-4 --steps 2500'

    def check(self, subject: Subject) -> Iterator[Finding]:
        for place in subject.last:
            total = total_of(place.schedule)
            if total is None or place.own.stop >= total[1] - 1:
                continue
            name, length = total
            last = float(place.schedule(place.own[-1]))
            # What it would have ended at, reached at its length or one step before.
            ends = [float(place.schedule(whole(length) - back)) for back in (1, 0)]
            end = min(ends, key=lambda rate: abs(rate - ends[0]) if rate > ends[0] else -1)
            if subject.matters(last - end):
                yield self.found(
                    f"the run ends at {place.own.stop / length:.0%} of its schedule, at {short(last)} instead "
                    f"of {short(end)}",
                    subject.until - 1,
                    name,
                    final=last,
                    meant=end,
                    length=place.own.stop,
                    **{name: length},
                )


class RunsOn(Rule):
    """The run goes on after its schedule has come down to nothing.

    The rest of the run trains at 0, or at less than 1 % of the peak, and learns next to nothing. A floor
    that is higher than that is taken to be meant (GPT-3 went on at a tenth of its peak), and so is a rest
    of less than 1 % of the run.

    Way out: give the schedule the number of updates the run makes, or raise its minimum.

    Seen in: huggingface/accelerate#2318, huggingface/diffusers#6137 (stepped once a process).
    """

    code = "LR008"
    name = "runs-on"
    example = "linear --set T_max=250 --steps 1000"

    def check(self, subject: Subject) -> Iterator[Finding]:
        for place in subject.last:
            end = self._end(place)
            if end is None or not place.own:
                continue
            name, over = end
            rest, held = place.own.stop - over, float(place.schedule(place.own[-1]))
            still = rest > 1 and (place.schedule([over, over + 1]) == held).all()
            if still and held <= SHARE * subject.peak and rest > SHARE * len(place.own) and subject.peak:
                yield self.found(
                    f"the schedule is over, and the run goes on at {short(held)} for {rest / len(place.own):.0%} "
                    "of its length",
                    place.step(over),
                    name,
                    rate=held,
                    rest=rest * place.each,
                )

    @staticmethod
    def _end(place: Place) -> tuple[str, int] | None:
        """From which of its own steps a schedule holds its last rate."""
        total = total_of(place.schedule)
        if total is not None:
            return total[0], whole(total[1])
        if isinstance(place.schedule, Constant) and place.schedule.lr == 0 and place.name:
            return "", place.own.start
        return None


class UnreachablePhase(Rule):
    """A phase has no step in this run.

    A warm-up that is as long as the run, a part of a sequence that would begin after the end, a one-cycle
    without a step to rise in, a stable phase of no length: what was written is not what is trained.

    Way out: shorten what comes before it, lengthen the run, or leave the phase out.

    Seen in: ace-step/ACE-Step#198, pytorch/pytorch#180187, pytorch/pytorch#42447.
    """

    code = "LR010"
    name = "unreachable-phase"
    example = '"get_constant_schedule_with_warmup(optimizer, 4000)" --lr 1e-4 --steps 2000'

    def check(self, subject: Subject) -> Iterator[Finding]:
        for place in subject.places:
            for inner in place.inside():
                if not inner.own and inner.start >= subject.until:
                    yield self._never_begins(subject, place, inner)
            empty = _PHASES.get(type(place.schedule), _no_phases)(place.schedule)
            for phase, parameter in empty:
                yield self.found(
                    f"the {phase} phase of {place.schedule.type} has no step", place.step(0), parameter
                )

    def _never_begins(self, subject: Subject, place: Place, inner: Place) -> Finding:
        last = f"the run has {subject.until} steps"
        if isinstance(place.schedule, Warmup):
            sentence = f"the warm-up is as long as the run: {inner.schedule.type} never begins; {last}"
            return self.found(sentence, None, "steps", begins=inner.start, length=subject.until)
        sentence = f"{inner.name} of {place.schedule.type}, {inner.schedule.type}, never begins; {last}"
        return self.found(
            sentence, None, inner.name.partition("[")[0], begins=inner.start, length=subject.until
        )


Empty = Iterator[tuple[str, str]]


def _no_phases(_schedule: Schedule) -> Empty:
    yield from ()


def _onecycle_phases(cycle: Any) -> Empty:
    if whole(cycle.ends()[0]) <= 0:
        yield "rising", "pct_start"


def _wsd_phases(wsd: Any) -> Empty:
    if whole(wsd.total_steps - wsd.decay_steps) <= 0:
        yield "stable", "decay_steps"


_PHASES: Final[Mapping[type[Schedule], Callable[[Any], Empty]]] = MappingProxyType(
    {OneCycle: _onecycle_phases, WSD: _wsd_phases}
)


class MilestonesPastEnd(Rule):
    """A milestone lies past the end of the run.

    The drop that was planned there never comes: the run was shortened and its milestones were not, or
    they count steps where the scheduler counts epochs.

    Way out: move the milestones into the run; written as shares (``30%``) they move with it.

    Seen in: Lightning-AI/pytorch-lightning#20436, open-mmlab/mmengine#234.
    """

    code = "LR011"
    name = "milestones-past-end"
    example = '"MultiStepLR(optimizer, milestones=[30, 60, 90])" --lr 0.1 --epochs 80'

    def check(self, subject: Subject) -> Iterator[Finding]:
        for place in subject.places:
            marks = _MILESTONES.get(type(place.schedule))
            if marks is None:
                continue
            name, all_of = marks(place.schedule)
            past = sorted(mark for mark in all_of if mark >= place.own.stop)
            if past:
                told = ", ".join(f"{mark:g}" for mark in past[:3]) + (", …" if len(past) > 3 else "")
                yield self.found(
                    f"{name} {told} of {len(all_of)} never {'come' if len(past) > 1 else 'comes'}: "
                    f"{place.own.stop} {'steps' if place.each == 1 else 'epochs'} are trained",
                    None,
                    name,
                    first=past[0],
                    length=place.own.stop,
                )


def _points(piecewise: Any) -> tuple[str, list[float]]:
    # A ramp to the end of the run arrives one step after the last.
    late = 0 if piecewise.between == "hold" else 1
    return "points", [step - late for step, _ in piecewise.points]


_MILESTONES: Final[Mapping[type[Schedule], Callable[[Any], tuple[str, list[float]]]]] = MappingProxyType(
    {
        MultiStep: lambda multistep: ("milestones", list(multistep.milestones)),
        Piecewise: _points,
        Step: lambda step: ("step_size", [step.step_size]),
    }
)


class OneCycleTooLong(Rule):
    """The run is longer than its one-cycle.

    PyTorch's OneCycleLR answers one step too many: there the rate bounces up again. The step after that
    it raises, at the very end of the training. ``epochs · steps_per_epoch`` miscounted by the last,
    smaller batch is enough.

    Way out: ``total_steps`` is the number of updates of the whole run.

    Seen in: pytorch/pytorch#91765, pytorch/pytorch#38170, pytorch/pytorch#32898, flairNLP/flair#2954.
    """

    code = "LR014"
    name = "onecycle-too-long"
    severity = Severity.ERROR
    example = '"OneCycleLR(optimizer, max_lr=0.1, total_steps=100)" --steps 101'

    def check(self, subject: Subject) -> Iterator[Finding]:
        for place in subject.everything:
            cycle = place.schedule
            if not isinstance(cycle, OneCycle) or cycle.after != "overshoot":
                continue
            total = cycle.total_steps
            if total not in place.own:
                continue
            bounced = float(cycle(total))
            refused = total + 1 in place.own
            sentence = f"the run is {place.own.stop - total} longer than its one-cycle: "
            yield self.found(
                sentence
                + (
                    f"PyTorch raises at step {place.step(total + 1)}"
                    if refused
                    else f"the last step bounces to {short(bounced)}"
                ),
                place.step(total),
                "total_steps",
                total_steps=total,
                length=place.own.stop,
                rate=bounced,
                minimum=float(cycle(total - 1)),
            )
