"""MMEngine and mmcv: their schedulers, their configuration files, and what the Runner makes of them."""

from collections.abc import Mapping
from typing import Any, Final

from lrplot.frameworks.mmengine.runner import configured
from lrplot.frameworks.mmengine.schedulers import CALLS, combined
from lrplot.frameworks.mmengine.spellings import SPELLINGS
from lrplot.python.framework import Framework, Listed, Resuming


def _listed(value: Any) -> Listed | None:
    """``param_scheduler``: a dictionary with a ``type``, or a list of them."""
    members = value if isinstance(value, list) else [value]
    if not members or not all(isinstance(each, Mapping) and _kind(each) in CALLS for each in members):
        return None
    schedulers = [(each["type"], each) for each in members]
    name = schedulers[0][0] if len(schedulers) == 1 else "param_scheduler"
    return Listed(name, lambda base, around: combined(schedulers, base, around))


def _kind(mapping: Mapping[Any, Any]) -> str:
    kind = mapping.get("type")
    return kind if isinstance(kind, str) else ""


FRAMEWORK: Final = Framework(
    name="mmengine",
    title="MMEngine",
    roots=("mmengine", "mmcv"),
    calls=CALLS,
    plateau="mmengine",
    listed=_listed,
    configuration=configured,
    resuming=Resuming(
        numbers=True,
        notes={
            "loaded": "MMEngine: resume overwrites the numbers of the schedulers (T_max, begin, end …) with"
            " those of the checkpoint: new ones are without effect",
            "outright": "MMEngine: load_from without resume loads the weights alone: the schedule begins"
            " again",
        },
    ),
    spellings=SPELLINGS,
)
