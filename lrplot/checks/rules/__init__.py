"""The catalogue of lint's rules, and the one verb that applies them.

All read the knots and the tree of schedules, so the cost does not grow with the number of steps.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from lrplot.checks.rules.base import Finding as Finding
from lrplot.checks.rules.base import Rule as Rule
from lrplot.checks.rules.base import Severity as Severity
from lrplot.checks.rules.base import Subject
from lrplot.checks.rules.configuration import TrainerTrap
from lrplot.checks.rules.growth import GammaAboveOne, MinimumAboveRate, UnsortedMilestones
from lrplot.checks.rules.horizon import (
    CutShort,
    MilestonesPastEnd,
    OneCycleTooLong,
    RunsOn,
    UnreachablePhase,
    WholeRunBehindWarmup,
)
from lrplot.checks.rules.joins import JumpAtJoin
from lrplot.checks.rules.plateau import PlateauNeverFires
from lrplot.checks.rules.precision import VanishesInBfloat16, VanishesInFloat32
from lrplot.checks.rules.shape import MinimumMissed, PeakMissed, RisesAfterMinimum
from lrplot.checks.rules.start import FirstStepZero, ZeroStretch
from lrplot.checks.rules.training import AdaptiveTooHigh, EndsAfterRestart, FactorIsTheRate, NeverStepped
from lrplot.checks.rules.units import MixedUnits
from lrplot.errors import UsageError
from lrplot.run import Run
from lrplot.text.nearest import nearest_name

RULES: Final[tuple[Rule, ...]] = (
    RisesAfterMinimum(),
    PeakMissed(),
    MinimumMissed(),
    FirstStepZero(),
    ZeroStretch(),
    JumpAtJoin(),
    CutShort(),
    RunsOn(),
    MixedUnits(),
    UnreachablePhase(),
    MilestonesPastEnd(),
    VanishesInFloat32(),
    VanishesInBfloat16(),
    OneCycleTooLong(),
    PlateauNeverFires(),
    WholeRunBehindWarmup(),
    GammaAboveOne(),
    MinimumAboveRate(),
    UnsortedMilestones(),
    FactorIsTheRate(),
    NeverStepped(),
    AdaptiveTooHigh(),
    EndsAfterRestart(),
    TrainerTrap(),
)

"""Every rule, by code. A code is never given to another rule."""


def hidden(severities: Sequence[Severity]) -> str:
    """The number of findings that are not shown, by severity, and the option that shows them.

    >>> hidden([Severity.NOTE, Severity.NOTE])
    '2 notes hidden; --severity note'
    """
    counts = [(each, severities.count(each)) for each in Severity if each in severities]
    told = " and ".join(f"{count} {each}{'s' * (count > 1)}" for each, count in reversed(counts))
    return f"{told} hidden; --severity {min(severities)}"


def lint(run: Run, rules: Iterable[Rule] = RULES) -> tuple[Finding, ...]:
    """The findings in a run, in the order of the rules.

    Raises
    ------
    StepError
        When the schedule has no rate at a step that is looked at.

    Examples
    --------
    >>> from lrplot.sources.reference import parse
    >>> run = parse("CosineAnnealingLR(optimizer, T_max=50)", lr=0.1, steps=100)
    >>> [(finding.rule.code, finding.step) for finding in lint(run)]
    [('LR001', 51)]
    """
    subject = Subject(run)
    return tuple(finding for rule in rules for finding in rule.check(subject))


def rules_called(names: Sequence[str], where: str) -> tuple[Rule, ...]:
    """The rules of codes or names, letter case ignored; ``where`` is who asks, for the error.

    Raises
    ------
    UsageError
        When there is no such rule.

    Examples
    --------
    >>> [rule.code for rule in rules_called(["lr001", "cut-short"], "--select")]
    ['LR001', 'LR007']
    """
    known = {called.casefold(): rule for rule in RULES for called in (rule.code, rule.name)}
    for name in names:
        if name.casefold() not in known:
            near = nearest_name(name.casefold(), known)
            rule = known[near] if near else None
            hint = (
                f"did you mean {rule.code} ({rule.name})?"
                if rule
                else f"known are {RULES[0].code} to {RULES[-1].code}"
            )
            raise UsageError(f"{where}: no rule '{name}'; {hint}")
    return tuple(known[name.casefold()] for name in names)
