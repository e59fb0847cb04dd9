"""Results that the explorer hands out: specs, code, pictures."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from lrplot.curve import Curve
from lrplot.document.dump import as_spec, dump_spec
from lrplot.errors import UsageError
from lrplot.explorer.kept import kept_text
from lrplot.explorer.spec_edit import with_value, without
from lrplot.explorer.state import Edited, State
from lrplot.exports.code import export
from lrplot.exports.scripts import TARGETS
from lrplot.run import spread

FORMS: Final = (*TARGETS, "yaml")
"""What a schedule is exported as."""


def spec_text(state: State) -> str:
    """The spec of the chosen curve, which ``lrplot render`` draws as it is shown.

    Raises
    ------
    UsageError
        When a value in it is wrong.

    Examples
    --------
    >>> print(spec_text(State.typical("cosine")), end="")
    lr: 0.1
    steps: 1000
    schedule:
      type: cosine
    """
    curve = _right(state.curve)
    return dump_spec(_scaled(curve.spec, log=state.log))


def saved_text(state: State, path: Path) -> tuple[str, bool]:
    """The spec of the chosen curve for a file, and whether it is the text that was opened, only changed.

    Raises
    ------
    UsageError
        When a value in it is wrong.
    """
    curve = _right(state.curve)
    spec = _scaled(curve.spec, log=state.log)
    style = curve.run.style.model_copy(update={"yscale": "log" if state.log else "linear"})
    kept = kept_text(curve.origin, path, spec, replace(curve.run, style=style))
    return (dump_spec(spec), False) if kept is None else (kept, True)


def overlay_text(state: State) -> str:
    """One spec of all the curves.

    Raises
    ------
    UsageError
        When they have not one horizon, or a value in them is wrong.
    """
    runs = [_right(curve).run for curve in state.curves]
    if len({run.steps for run in runs}) > 1:
        raise UsageError("the horizons differ, and a spec has one; save the schedules one by one")
    return dump_spec(_scaled(as_spec(runs), log=state.log))


def code(state: State, form: str) -> tuple[str, tuple[str, ...]]:
    """The chosen curve as code or YAML, and what should be known of it.

    Raises
    ------
    LrplotError
        When a value in it is wrong, or it cannot be written in that form.
    """
    if form == "yaml":
        return spec_text(state), ()
    made = export(_right(state.curve).run, form)
    return made.code, made.notes


def picture(state: State) -> bytes:
    """All curves as PNG.

    Raises
    ------
    LrplotError
        When they cannot be drawn.
    """
    from lrplot.render.figure import figure, save

    style = state.runs[0].style.model_copy(update={"yscale": "log" if state.log else "linear"})
    return save(figure([Curve(run) for run in spread(state.runs)], style), "png")


def _right(curve: Edited) -> Edited:
    if curve.error:
        raise UsageError(f"not yet right: {curve.error}")
    return curve


def _scaled(spec: Mapping[str, Any], *, log: bool) -> Mapping[str, Any]:
    """The spec with the scale that is shown."""
    if log:
        return with_value(spec, "figure.yscale", "log")  # type: ignore[no-any-return]
    figure = spec.get("figure", {})
    if "yscale" not in figure:
        return spec
    return without(spec, "figure.yscale" if len(figure) > 1 else "figure")  # type: ignore[no-any-return]
