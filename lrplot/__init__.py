"""lrplot: see the learning rate your training will really use, before you train.

>>> import lrplot
>>> schedule = lrplot.Cosine(lr=0.1, T_max=100)
>>> schedule([0, 50, 100]).round(6).tolist()
[0.1, 0.05, 0.0]
>>> (run,) = lrplot.load("onecycle")
>>> lrplot.Curve(run).summary().peak.step
299
"""

import re
from functools import cache
from importlib import import_module
from linecache import getlines
from typing import TYPE_CHECKING, Any

from lrplot import display

if TYPE_CHECKING:
    from lrplot.answers.comparison import compare as compare
    from lrplot.answers.differences import diff as diff
    from lrplot.answers.explanation import explain as explain
    from lrplot.answers.exported import export as export
    from lrplot.answers.findings import lint as lint
    from lrplot.answers.identified import identify as identify
    from lrplot.answers.pages import page as page
    from lrplot.answers.rates import at as at
    from lrplot.answers.verdict import verify as verify
    from lrplot.curve import Curve as Curve
    from lrplot.curve import sample as sample
    from lrplot.curve import simulated as simulated
    from lrplot.errors import LrplotError as LrplotError
    from lrplot.notebook import figure as figure
    from lrplot.optimizers import SGD as SGD
    from lrplot.optimizers import Adagrad as Adagrad
    from lrplot.optimizers import Adam as Adam
    from lrplot.optimizers import AdamW as AdamW
    from lrplot.optimizers import Quadratic as Quadratic
    from lrplot.optimizers import RMSprop as RMSprop
    from lrplot.optimizers.optimization import Noise as Noise
    from lrplot.optimizers.optimization import Optimization as Optimization
    from lrplot.run import Group as Group
    from lrplot.run import Run as Run
    from lrplot.run import Runs as Runs
    from lrplot.schedules.base import Schedule as Schedule
    from lrplot.schedules.callback import Callback as Callback
    from lrplot.schedules.constant import Constant as Constant
    from lrplot.schedules.cosine import Cosine as Cosine
    from lrplot.schedules.cosine_restarts import CosineRestarts as CosineRestarts
    from lrplot.schedules.cyclic import Cyclic as Cyclic
    from lrplot.schedules.epochwise import Epochwise as Epochwise
    from lrplot.schedules.excerpt import Excerpt as Excerpt
    from lrplot.schedules.exponential import Exponential as Exponential
    from lrplot.schedules.greedy import Greedy as Greedy
    from lrplot.schedules.inverse_sqrt import InverseSqrt as InverseSqrt
    from lrplot.schedules.inverse_time import InverseTime as InverseTime
    from lrplot.schedules.knots import Knots as Knots
    from lrplot.schedules.lambda_ import Lambda as Lambda
    from lrplot.schedules.linear import Linear as Linear
    from lrplot.schedules.multiplicative import Multiplicative as Multiplicative
    from lrplot.schedules.multistep import MultiStep as MultiStep
    from lrplot.schedules.noisy import Noisy as Noisy
    from lrplot.schedules.onecycle import OneCycle as OneCycle
    from lrplot.schedules.piecewise import Piecewise as Piecewise
    from lrplot.schedules.plateau import Plateau as Plateau
    from lrplot.schedules.polynomial import Polynomial as Polynomial
    from lrplot.schedules.product import Product as Product
    from lrplot.schedules.recurrence import Recurrence as Recurrence
    from lrplot.schedules.rex import Rex as Rex
    from lrplot.schedules.sequence import Sequence as Sequence
    from lrplot.schedules.step import Step as Step
    from lrplot.schedules.stepped import Stepped as Stepped
    from lrplot.schedules.tanh import Tanh as Tanh
    from lrplot.schedules.warmup import Warmup as Warmup
    from lrplot.schedules.wsd import WSD as WSD
    from lrplot.sources.keywords import Keywords as Keywords
    from lrplot.sources.reference import load as load
    from lrplot.sources.reference import parse as parse
    from lrplot.style import CurveStyle as CurveStyle
    from lrplot.style import Style as Style
    from lrplot.watching import PartingError as PartingError
    from lrplot.watching import PartingWarning as PartingWarning
    from lrplot.watching import watch as watch

# What a notebook shows of a schedule is drawn by a room that schedules do not know.
display.painter = lambda: import_module("lrplot.notebook")


@cache
def _homes() -> dict[str, str]:
    """The module of each public name. The imports above are the one list; a type checker reads it too."""
    source = "".join(getlines(__file__, globals()))
    return {
        name: home for home, name in re.findall(r"^    from (\S+) import (\w+) as \2$", source, re.MULTILINE)
    }


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that ``import lrplot`` costs nothing."""
    if name == "__all__":
        return __dir__()
    home = None if name.startswith("_") else _homes().get(name)
    if home is None:
        raise AttributeError(f"module 'lrplot' has no attribute {name!r}")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted(_homes())
