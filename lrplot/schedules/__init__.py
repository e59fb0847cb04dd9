"""The catalogue: every schedule lrplot knows, by hand.

An entry names a schedule, says where its class lives and how it is drawn when only its name is given.
Classes are imported when they are asked for.
"""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any, Final, Literal

from lrplot.errors import LrplotError
from lrplot.schedules.base import Schedule
from lrplot.text.nearest import nearest_name

Family = Literal["scheduled", "reacting", "custom"]
"""The families: fixed beforehand, reacting to training, or built by the user."""

TYPICAL_LR: Final = 0.1
"""The base rate of SGD for ResNets (He et al., 2016, arXiv:1512.03385), which most of the schedules were made
for."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One name of the catalogue.

    Parameters
    ----------
    name
        The name, which is the ``type`` in a spec where ``class_name`` is given.
    steps
        Horizon it is drawn over when nothing else gives one.
    typical
        What its class has no default for, as a spec would say it (the type itself may be left out), so that a
        name is its documented defaults; lengths are shares of the run, whatever its horizon. For a name that
        only combines others, all of them.
    module, class_name
        Where its class lives; empty for a name that only combines others.
    family
        Its family.
    chinese
        Its Chinese names, the first in simplified characters.
    aliases
        Other English names.
    instead
        Parameters that take the place of a typical one, and of which.
    steps_per_epoch
        Steps in an epoch when nothing else gives them, None where it needs none.
    """

    name: str
    steps: int
    typical: Any = field(default_factory=dict)
    module: str = ""
    class_name: str = ""
    family: Family = "scheduled"
    chinese: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    instead: Mapping[str, str] = field(default_factory=dict)
    steps_per_epoch: int | None = None

    @property
    def fragment(self) -> Any:
        """The schedule part of a spec that draws this name."""
        return {"type": self.name, **self.typical} if isinstance(self.typical, Mapping) else self.typical


# Typical values of the entries below, each of a curve that shows the schedule's own shape.
_WARMUP: Final = {"warmup": {"steps": "10%"}}
_LAMBDA: Final = "1.0 if epoch < 10 else 0.1 if epoch < 50 else 0.01"
_POINTS: Final = {0: 0.1, "30%": 0.02, "60%": 0.004, "80%": 0.0008}
_PRODUCT: Final = [{"type": "cosine"}, {"type": "exponential", "gamma": 0.5, "period": "20%"}]
_UPDATES: Final = [
    {"type": "multiplicative", "factor": "0.99"},
    {"type": "stepped", "first": 250, "every": 250, "schedule": {"type": "constant", "lr": 0.05}},
]

# A loss that falls, then stays where it is and swings.
_LOSS: Final = "0.3 + exp(-t / 8) + 0.02 * cos(3 * t)"
_RULES: Final = [
    {"when": "oscillating", "window": 5, "by": 0.02, "multiply": 0.5},
    {"when": "stalled", "window": 10, "hold": True},
]

_ENTRIES: Final = (
    Entry(
        "constant", 100, {}, "constant", "Constant", chinese=("固定学习率", "固定學習率"), aliases=("fixed",)
    ),
    Entry(
        "step",
        100,
        {"step_size": "30%"},
        "step",
        "Step",
        chinese=("阶梯衰减", "阶梯式衰减", "階梯衰減", "階梯式衰減"),
        aliases=("step_decay", "steplr"),
    ),
    Entry(
        "multistep",
        200,
        {"milestones": ["30%", "60%", "80%"]},
        "multistep",
        "MultiStep",
        chinese=("多步衰减", "多步衰減"),
        aliases=("multi_step", "multisteplr"),
    ),
    Entry(
        "piecewise",
        200,
        {"points": _POINTS},
        "piecewise",
        "Piecewise",
        chinese=("分段衰减", "分段衰減"),
        aliases=("piecewise_constant", "piecewise_linear"),
    ),
    Entry(
        "exponential",
        100,
        {"gamma": 0.95},
        "exponential",
        "Exponential",
        chinese=("指数衰减", "指數衰減"),
        aliases=("exp", "exponential_decay", "exponentiallr"),
        instead={"rate": "gamma"},
    ),
    Entry(
        "inverse_time",
        100,
        {"rate": 0.05},
        "inverse_time",
        "InverseTime",
        chinese=("反比衰减", "反比衰減"),
        aliases=("inverse_time_decay",),
    ),
    Entry(
        "linear",
        1000,
        {},
        "linear",
        "Linear",
        chinese=("线性衰减", "線性衰減"),
        aliases=("linear_decay", "linearlr"),
    ),
    Entry(
        "polynomial",
        1000,
        {},
        "polynomial",
        "Polynomial",
        chinese=("多项式衰减", "多項式衰減"),
        aliases=("poly", "polynomial_decay", "polynomiallr"),
    ),
    Entry(
        "cosine",
        1000,
        {},
        "cosine",
        "Cosine",
        chinese=("余弦退火", "餘弦退火"),
        aliases=("cosine_annealing", "cosine_decay", "cosineannealinglr"),
    ),
    Entry(
        "cosine_restarts",
        50,
        {"T_0": "20%"},
        "cosine_restarts",
        "CosineRestarts",
        chinese=("热重启余弦退火", "余弦退火重启", "熱重啟餘弦退火"),
        aliases=("sgdr", "warm_restarts", "cosine_annealing_warm_restarts"),
    ),
    Entry(
        "cyclic",
        20_000,
        {"base_lr": 0.001},
        "cyclic",
        "Cyclic",
        chinese=("循环学习率", "循環學習率"),
        aliases=("clr", "cyclical", "cycliclr"),
    ),
    Entry(
        "onecycle",
        1000,
        {},
        "onecycle",
        "OneCycle",
        chinese=("单周期策略", "單週期策略"),
        aliases=("one_cycle", "1cycle", "onecyclelr"),
    ),
    Entry(
        "inverse_sqrt",
        10_000,
        {"timescale": "10%"},
        "inverse_sqrt",
        "InverseSqrt",
        chinese=("平方根倒数衰减", "平方根倒數衰減"),
        aliases=("rsqrt", "inverse_square_root"),
    ),
    Entry(
        "wsd",
        1000,
        {"decay_steps": "20%"},
        "wsd",
        "WSD",
        chinese=("预热稳定衰减", "預熱穩定衰減"),
        aliases=("warmup_stable_decay", "trapezoid", "trapezoidal"),
    ),
    Entry(
        "rex",
        1000,
        {},
        "rex",
        "Rex",
        chinese=("反射指数衰减", "反射指數衰減"),
        aliases=("reflected_exponential",),
    ),
    Entry(
        "tanh",
        300,
        {},
        "tanh",
        "Tanh",
        chinese=("双曲正切退火", "雙曲正切退火"),
        aliases=("hyperbolic_tangent",),
    ),
    Entry(
        "lambda",
        100,
        {"factor": _LAMBDA},
        "lambda_",
        "Lambda",
        family="custom",
        chinese=("自定义函数", "自定義函數"),
        aliases=("function", "lambdalr"),
    ),
    Entry(
        "multiplicative",
        100,
        {"factor": "0.95"},
        "multiplicative",
        "Multiplicative",
        family="custom",
        chinese=("连乘衰减", "連乘衰減"),
        aliases=("multiplicativelr",),
    ),
    Entry(
        "plateau",
        100,
        {"formula": _LOSS},
        "plateau",
        "Plateau",
        family="reacting",
        chinese=("平台衰减", "平台衰減"),
        aliases=("reduce_on_plateau", "reducelronplateau", "reduce_lr_on_plateau"),
    ),
    Entry(
        "callback",
        100,
        {"formula": _LOSS, "rules": _RULES},
        "callback",
        "Callback",
        family="reacting",
        chinese=("回调", "回調"),
        aliases=("custom_callback",),
    ),
    Entry(
        "greedy",
        100,
        {"formula": _LOSS},
        "greedy",
        "Greedy",
        family="reacting",
        chinese=("贪心学习率", "貪心學習率"),
        aliases=("greedylr",),
    ),
    Entry(
        "sequence",
        1000,
        [{"type": "constant", "for": "30%"}, {"type": "cosine"}],
        "sequence",
        "Sequence",
        family="custom",
        chinese=("顺序组合", "順序組合"),
        aliases=("phases", "sequentiallr", "join"),
    ),
    Entry(
        "product",
        1000,
        {"factors": _PRODUCT},
        "product",
        "Product",
        family="custom",
        chinese=("乘积组合", "乘積組合"),
        aliases=("chained", "chainedscheduler"),
    ),
    Entry(
        "warmup",
        1000,
        {"type": "constant", **_WARMUP},
        "warmup",
        "Warmup",
        family="custom",
        chinese=("预热", "預熱"),
        aliases=("warm_up", "warmup_constant"),
    ),
    Entry(
        "epochwise",
        1000,
        {"schedule": {"type": "cosine"}},
        "epochwise",
        "Epochwise",
        family="custom",
        chinese=("按轮更新", "按輪更新"),
        aliases=("per_epoch",),
        steps_per_epoch=50,
    ),
    Entry(
        "excerpt",
        1000,
        {"schedule": {"type": "cosine"}},
        "excerpt",
        "Excerpt",
        family="custom",
        chinese=("截取", "擷取"),
        aliases=("resume", "resumed"),
    ),
    Entry(
        "stepped",
        100,
        {"schedule": {"type": "exponential", "gamma": 0.95}},
        "stepped",
        "Stepped",
        family="custom",
        chinese=("按条件更新", "按條件更新"),
        aliases=("called",),
    ),
    Entry(
        "recurrence",
        1000,
        {"parts": _UPDATES},
        "recurrence",
        "Recurrence",
        family="custom",
        chinese=("递推组合", "遞推組合"),
        aliases=("recursion", "updates"),
    ),
    Entry(
        "noisy",
        300,
        {"stop": "60%", "schedule": {"type": "cosine"}},
        "noisy",
        "Noisy",
        family="custom",
        chinese=("加噪声", "加噪聲"),
        aliases=("noise",),
    ),
    Entry(
        "warmup_cosine",
        10_000,
        {"type": "cosine", **_WARMUP},
        family="custom",
        chinese=("预热余弦退火", "預熱餘弦退火"),
        aliases=("warmup_cosine_decay", "cosine_with_warmup"),
    ),
    Entry(
        "warmup_linear",
        10_000,
        {"type": "linear", **_WARMUP},
        family="custom",
        chinese=("预热线性衰减", "預熱線性衰減"),
        aliases=("warmup_linear_decay", "linear_with_warmup"),
    ),
    Entry(
        "warmup_exponential",
        10_000,
        {"type": "exponential", "gamma": 0.95, "period": "2%", **_WARMUP},
        family="custom",
        chinese=("预热指数衰减", "預熱指數衰減"),
        aliases=("warmup_exponential_decay", "exponential_with_warmup"),
    ),
    Entry(
        "noam",
        20_000,
        {"type": "inverse_sqrt", "timescale": "20%", "warmup": {"steps": "20%"}},
        family="custom",
        chinese=("诺姆调度", "諾姆調度"),
        aliases=("transformer", "warmup_inverse_sqrt"),
    ),
)

CATALOGUE: Final[Mapping[str, Entry]] = MappingProxyType({entry.name: entry for entry in _ENTRIES})
"""Every name, in the order they are listed to people."""

TYPES: Final = tuple(entry.name for entry in _ENTRIES if entry.class_name)
"""The names that are a ``type`` in a spec."""


def _plain(name: str) -> str:
    return "".join(character for character in name.casefold() if character not in " _-+")


@cache
def _by_any_name() -> dict[str, Entry]:
    names = ((name, entry) for entry in _ENTRIES for name in (entry.name, *entry.aliases, *entry.chinese))
    return {_plain(name): entry for name, entry in names}


def find(name: str) -> Entry | None:
    """The entry called ``name``: its name, an alias or a Chinese name; case, ``_`` and ``-`` do not count.

    >>> find("余弦退火").name
    'cosine'
    """
    return _by_any_name().get(_plain(name))


def nearest(name: str, among: tuple[str, ...] = tuple(CATALOGUE)) -> str:
    """A hint naming what ``name`` may have meant, or all there is."""
    known = {_plain(known): known for known in among}
    if among == tuple(CATALOGUE):
        known |= {plain: entry.name for plain, entry in _by_any_name().items()}
    near = nearest_name(_plain(name), known)
    return f"did you mean '{known[near]}'?" if near else f"known are {', '.join(among)}"


@cache
def schedule_class(type_name: str) -> type[Schedule]:
    """The class of a ``type``."""
    entry = CATALOGUE.get(type_name)
    if entry is None or not entry.class_name:
        raise LrplotError(f"no schedule type '{type_name}'; {nearest(type_name, TYPES)}")
    found: type[Schedule] = getattr(
        importlib.import_module(f"lrplot.schedules.{entry.module}"), entry.class_name
    )
    return found
