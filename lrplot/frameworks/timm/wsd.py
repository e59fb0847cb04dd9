"""timm's warm-up, stable phase and decay."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from lrplot.frameworks.timm.noise import shaken
from lrplot.frameworks.timm.warmup import WarmUp
from lrplot.python import combine
from lrplot.python.parameters import Base, Choice, Refusal
from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.inverse_sqrt import InverseSqrt
from lrplot.schedules.lambda_ import Lambda
from lrplot.schedules.product import Product
from lrplot.schedules.wsd import WSD

_FARTHEST: Final = 2**53
"""The last step there is."""


@shaken()
def WSDLRScheduler(
    optimizer: Base,
    t_initial: float,
    decay_t: float,
    lr_min: float = 0.0,
    stable_fn: str = "constant",
    stable_timescale: float | None = None,
    stable_power: float = 0.5,
    decay_fn: Choice = "1-sqrt",
    decay_power: float = 0.5,
    decay_ratio: float = 0.1,
    warmup_t: float = 0,
    warmup_lr_init: float = 0.0,
) -> Schedule:
    _check_lengths(t_initial, decay_t, lr_min)
    if not isinstance(decay_fn, str):
        raise Refusal("a function of your own as decay_fn is not read", "decay_fn")
    _check_shapes(
        stable_fn, decay_fn, {"decay_power": decay_power, "stable_power": stable_power}, decay_ratio
    )
    timescale = warmup_t if stable_timescale is None else stable_timescale
    if stable_fn != "constant" and timescale <= 0:
        raise Refusal(
            f"stable_fn={stable_fn} requires a positive stable_timescale, it defaults to warmup_t "
            f"({warmup_t:g}), set it explicitly when there is no warmup.",
            "stable_timescale",
        )
    stable_power = {"constant": 0.0, "rsqrt": 0.5}.get(stable_fn, stable_power)
    decay = _Decay(decay_fn, decay_power, decay_ratio)
    wsd = _StableThenDecay(optimizer.lr, lr_min, t_initial, decay_t, timescale, stable_power, decay)
    return WarmUp(warmup_t, warmup_lr_init, prefix=True).before(wsd.curve(), optimizer.lr, optimizer.lr)


def _check_lengths(t_initial: float, decay_t: float, lr_min: float) -> None:
    if t_initial <= 0:
        raise Refusal(f"Invalid t_initial ({t_initial:g}), must be > 0.", "t_initial")
    if not 0 < decay_t <= t_initial:
        raise Refusal(
            f"Invalid decay_t ({decay_t:g}), must be in (0, t_initial] w/ t_initial={t_initial:g}.", "decay_t"
        )
    if lr_min < 0:
        raise Refusal(f"Invalid lr_min ({lr_min:g}), must be >= 0.", "lr_min")


def _check_shapes(stable_fn: str, decay_fn: str, powers: Mapping[str, float], decay_ratio: float) -> None:
    if stable_fn not in {"constant", "rsqrt", "power"}:
        raise Refusal(
            f"Invalid stable_fn ({stable_fn}), must be one of ('constant', 'rsqrt', 'power').", "stable_fn"
        )
    if decay_fn not in _DECAYS:
        raise Refusal(f"Invalid decay_fn ({decay_fn}), must be one of {tuple(_DECAYS)}.", "decay_fn")
    if not 0 < decay_ratio < 1:
        raise Refusal(f"Invalid decay_ratio ({decay_ratio:g}), must be in (0, 1).", "decay_ratio")
    for name, power in powers.items():
        if power <= 0:
            raise Refusal(f"Invalid {name} ({power:g}), must be > 0.", name)


_DECAYS: Final = ("linear", "1-sqrt", "cosine", "power", "exp")
_Native = Literal["linear", "cosine", "1-sqrt", "exponential"]
_NATIVE: Final[Mapping[str, _Native]] = {"linear": "linear", "1-sqrt": "1-sqrt", "cosine": "cosine"}
_POWERS: Final[Mapping[float, _Native]] = {0.5: "1-sqrt", 1.0: "linear"}
"""Powers of timm's decay that have a name of ours."""


@dataclass(frozen=True, slots=True)
class _Decay:
    """The way down, as a native shape where there is one, and as an expression in its progress ``z``."""

    name: str
    power: float
    ratio: float

    @property
    def native(self) -> _Native | None:
        if self.name == "exp":
            return "exponential" if self.ratio == 0.5 else None
        if self.name == "power":
            return _POWERS.get(self.power)
        return _NATIVE[self.name]

    def text(self, z: str) -> str:
        return {
            "linear": f"(1 - {z})",
            "1-sqrt": f"(1 - sqrt({z}))",
            "cosine": f"(0.5 * (1 + cos(pi * {z})))",
            "power": f"(1 - {z} ** {self.power!r})",
            "exp": f"(({self.ratio!r} ** {z} - {self.ratio!r}) / {1 - self.ratio!r})",
        }[self.name]


@dataclass(frozen=True, slots=True)
class _StableThenDecay:
    """The stable phase and the decay, on a clock that starts after the warm-up."""

    lr: float
    low: float
    total: float
    falling: float
    timescale: float
    power: float
    decay: _Decay

    def curve(self) -> Schedule:
        turn = self.total - self.falling
        native = self.decay.native
        top = max(self.lr, self.low)
        if native is not None and (not self.power or self.lr <= self.low):
            return self._native(native).model_copy(update={"lr": top, "min_lr": self.low})
        if native is not None and self.power == 0.5 and not self.low:
            falls = self._native(native)
            return Product(lr=self.lr, factors=(InverseSqrt(lr=self.lr, timescale=self.timescale), falls))
        first, end = math.ceil(turn), math.ceil(self.total)
        z = f"(min(1, max(0, t + {first - turn!r}) / {self.falling!r}))"
        above = f"({self._stable('t', first)} - {self.low!r})"
        down = Lambda(lr=1, factor=f"{self.low!r} + {above} * {self.decay.text(z)}")
        fallen = combine.joined([down, Constant(lr=self.low)], [end - first])
        return combine.joined([self._plateau(), fallen], [first])

    def _native(self, shape: _Native) -> WSD:
        return WSD(lr=self.lr, total_steps=self.total, decay_steps=self.falling, decay=shape)

    def _plateau(self) -> Schedule:
        if not self.power or self.lr <= self.low:
            return Constant(lr=max(self.lr, self.low))
        if self.power != 0.5:
            return Lambda(lr=1, factor=self._stable("t", 0))
        curve = InverseSqrt(lr=self.lr, timescale=self.timescale)
        if not self.low:
            return curve
        crossing = math.ceil(self.timescale * ((self.lr / self.low) ** 2 - 1))
        return combine.joined([curve, Constant(lr=self.low)], [crossing]) if crossing < _FARTHEST else curve

    def _stable(self, t: str, start: int) -> str:
        if not self.power:
            return repr(max(self.lr, self.low))
        falling = f"{self.lr!r} * (1 + ({t} + {start}) / {self.timescale!r}) ** -{self.power!r}"
        return f"max({self.low!r}, {falling})"
