"""A run as code or as a trainer's configuration, as the command ``export`` writes it."""

from typing import Final

from lrplot.errors import UsageError
from lrplot.exports.code import Exported
from lrplot.exports.code import export as export_code
from lrplot.exports.configurations import CONFIGURATIONS, Reader, export_configuration
from lrplot.exports.scripts import TARGETS
from lrplot.frameworks.registry import REGISTRY
from lrplot.run import Run
from lrplot.schedules.base import Schedule
from lrplot.text.nearest import did_you_mean

YAML: Final = "yaml"
"""The target that is a spec."""


def export(run: Run, target: str) -> Exported:
    """Code for a framework, a trainer's configuration, or a spec, that gives the same curve.

    Parameters
    ----------
    run
        The run.
    target
        What ``lrplot export --to`` takes: ``pytorch``, ``keras``, ``axolotl``, ``yaml``, …

    Returns
    -------
    Exported
        Its ``code``, ``notes`` on what differs, and whether it is ``exact``: it was read back and compared.

    Raises
    ------
    LrplotError
        When there is no such target, or the run cannot be written for it at all.

    Examples
    --------
    >>> import lrplot
    >>> run = lrplot.parse("StepLR(optimizer, 30)", lr=0.1, steps=90)
    >>> made = lrplot.export(run, "pytorch")
    >>> made.exact, made.code.splitlines()[4]
    (True, 'scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=30)')
    >>> lrplot.export(run, "yaml").code.splitlines()[0]
    'steps: 90'
    """
    if target == YAML:
        from lrplot.document.dump import dump

        return Exported(dump([run]), (), exact=True)
    if target in CONFIGURATIONS:
        return export_configuration(run, target, _reader_of(target))
    framework = REGISTRY.aliases.get(target, target)
    if framework not in TARGETS:
        known = list(dict.fromkeys((*TARGETS, *CONFIGURATIONS, YAML)))
        meant = did_you_mean(target, known, f"; known are {', '.join(known)}")
        raise UsageError(f"no target '{target}'{meant}")
    return export_code(run, framework)


def _reader_of(trainer: str) -> Reader:
    """What reads the trainer's configuration again."""

    def read(text: str) -> tuple[Schedule, int]:
        from lrplot.trainers.facts import Facts
        from lrplot.trainers.registry import read_training

        found = read_training(text, "export", Facts(devices=1), chosen=trainer)
        if found is None:
            raise UsageError(f"{trainer}: its own configuration is not read")
        return found[2].schedule, found[2].updates

    return read
