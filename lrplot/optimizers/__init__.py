"""Optimizers as pure functions of a schedule and gradients, and the noisy quadratic model.

An optimizer is in ``TYPES`` under the ``type`` a spec gives it.
"""

from typing import Any, Final

from lrplot.optimizers.adagrad import Adagrad as Adagrad
from lrplot.optimizers.adam import Adam as Adam
from lrplot.optimizers.adamw import AdamW as AdamW
from lrplot.optimizers.base import Optimizer as Optimizer
from lrplot.optimizers.base import Updates as Updates
from lrplot.optimizers.gradients import check_gradients as check_gradients
from lrplot.optimizers.gradients import noise as noise
from lrplot.optimizers.quadratic import Quadratic as Quadratic
from lrplot.optimizers.quadratic import Simulation as Simulation
from lrplot.optimizers.rmsprop import RMSprop as RMSprop
from lrplot.optimizers.sgd import SGD as SGD

TYPES: Final[dict[str, type[Optimizer]]] = {
    "sgd": SGD,
    "adagrad": Adagrad,
    "rmsprop": RMSprop,
    "adam": Adam,
    "adamw": AdamW,
}


def optimizer_of(name: str, **parameters: Any) -> Optimizer:
    """The optimizer of this type.

    >>> optimizer_of("adam", rule="keras").own("eps")
    1e-07
    """
    return TYPES[name](type=name, **parameters)
