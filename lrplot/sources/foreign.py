"""A framework's words: texts, calls inside a spec, mappings of a configuration."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lrplot.clock import Clock
from lrplot.document.foreign import Lowered
from lrplot.document.tree import Node
from lrplot.document.unused import Bindings
from lrplot.errors import NotationError, OpenNameError
from lrplot.schedules import TYPICAL_LR
from lrplot.schedules.base import Context
from lrplot.sources.mappings import is_described
from lrplot.text.nearest import nearest_name

if TYPE_CHECKING:
    from lrplot.optimizers import Optimizer
    from lrplot.python.reading import Reading
    from lrplot.python.source import Source


class ForeignReader:
    """Reads the framework's words of one document.

    Parameters
    ----------
    name
        What errors call the document.
    bindings
        Values for the names that calls leave open.
    """

    def __init__(self, name: str, bindings: Mapping[str, str]) -> None:
        self._name = name
        self.bindings = Bindings(bindings)

    def call(self, text: str, around: Context) -> Lowered:
        """The schedule of a call, of which there must be one."""
        from lrplot.sources.written import written

        readings = self.read(self._parsed(text), around)
        if len(readings) != 1:
            names = ", ".join(reading.label for reading in readings)
            raise self._refused(f"{len(readings)} schedulers here: {names}; a schedule is one")
        (reading,) = readings
        if reading.groups:
            names = ", ".join(each.label for each in reading.groups)
            raise self._refused(f"parameter groups here: {names}; write them as 'groups' of the spec")
        said = replace(written(reading), base=around.lr)
        return Lowered(reading.schedule, reading.notes, said, reading.base_rate.took)

    def describes(self, node: Node) -> bool:
        """True where a mapping spells a schedule as a framework's configuration does."""
        return is_described(node)

    def mapping(self, value: Mapping[str, Any], around: Context) -> Lowered | None:
        """The schedule that a configuration's mapping describes, None where it describes none."""
        from lrplot.frameworks.texts import read_mapping
        from lrplot.python.base_rate import compared

        reading = read_mapping(value, self._name, around)
        if reading is None:
            return None
        use = reading.base_rate
        if not use.is_known_of(reading.schedule):
            other = read_mapping(value, self._name, _another_rate(around))
            use = use if other is None else compared(reading.schedule, other.schedule)
        return Lowered(reading.schedule, reading.notes, None, use.took)

    def optimizer(self, text: str, lr: float | None) -> "tuple[float, Optimizer]":
        """The base rate (``lr`` wins over the call's own) and the optimizer of a call."""
        readings = self.read(self._parsed(text), Context(lr, None, Clock()), assumed_lr=TYPICAL_LR)
        if len(readings) != 1 or not readings[0].alone:
            raise self._refused("a scheduler here; an optimizer's call is wanted")
        optimizer = readings[0].optimizer
        if optimizer is None:
            from lrplot.optimizers import TYPES

            known = ", ".join(TYPES)
            raise self._refused(f"the updates of {readings[0].call} are not computed; known are {known}")
        return float(readings[0].schedule(0)), optimizer

    def read(self, source: "Source", around: Context, **options: Any) -> "tuple[Reading, ...]":
        """The schedules that a parsed text makes; which of the open names it used is kept.

        The options are those of :func:`lrplot.python.read.read`.
        """
        from lrplot.frameworks.texts import read_source
        from lrplot.python.bindings import names_in

        values = self.bindings.values
        try:
            readings = read_source(source, around, bindings=values, **options)
        except OpenNameError as error:
            hint = _hint(source, error.name, values)
            if not hint:
                raise
            message = f"{error.message} ({hint})"
            whole = str(error).replace(error.message, message, 1)
            more = NotationError(message, whole, error.line, error.column, error.width)
            raise OpenNameError.of(more, error.name) from None
        if values:
            self.bindings.record(readings[0].bound, names_in(source))
        if all(each.base_rate.is_known_of(each.schedule) for each in readings):
            return readings
        # Rates that a loop computes update by update do not show where they come from.
        return self._compared(source, around, readings, options)

    def _compared(
        self,
        source: "Source",
        around: Context,
        readings: "tuple[Reading, ...]",
        options: Mapping[str, Any],
    ) -> "tuple[Reading, ...]":
        """The readings, with what another base rate shows of the given one's use."""
        from lrplot.frameworks.texts import read_source
        from lrplot.python.base_rate import compared

        others = read_source(source, _another_rate(around), bindings=self.bindings.values, **options)
        if len(others) != len(readings):
            return readings
        return tuple(
            replace(one, base_rate=compared(one.schedule, other.schedule))
            for one, other in zip(readings, others, strict=True)
        )

    def _parsed(self, text: str) -> "Source":
        from lrplot.python.source import parse

        return parse(text, self._name)

    def _refused(self, message: str) -> NotationError:
        return NotationError(message, f"{self._name}: {message}")


def _hint(source: "Source", name: str, given: Mapping[str, str]) -> str:
    """What else a person may have meant, or may give: a binding of a near name, a flag of the script."""
    from lrplot.python.bindings import is_written

    near = nearest_name(name, given)
    if near is not None and not is_written(near, source):
        return f"--let {near} binds no name that is left open"
    flag = "--" + name.rpartition(".")[2]
    flags = (spelled for spelled in (flag, flag.replace("_", "-")) if spelled != "--")
    text = "\n".join(source.lines)
    known = next((each for each in flags if f'"{each}"' in text or f"'{each}'" in text), None)
    return f"or give the script's own flag behind --: -- {known} …" if known and "." in name else ""


def _another_rate(around: Context) -> Context:
    """The same with another base rate, no larger than float64 holds."""
    assert around.lr is not None  # noqa: S101 (else nothing took it)
    return replace(around, lr=around.lr / 2 or 1.0)
