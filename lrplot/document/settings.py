"""The numbers and the style that stand beside the schedule."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from types import NoneType
from typing import Final

from lrplot.clock import MOST_STEPS, Clock, Training
from lrplot.document.tree import Complaint, Node, complain
from lrplot.document.values import Complain, Values, read_model
from lrplot.errors import ExpressionError, LrplotError
from lrplot.expression import Expression
from lrplot.schedules.fields import Kind
from lrplot.style import Style

_COUNT: Final = Kind("length", whole=True)
_NUMBERS: Final = Kind("numbers")
_NUMBER: Final = Kind("number")
_STAND_IN_STEPS: Final = 1 << 20
"""Steps where what is written of them cannot be read: so many that nothing else seems too long for them."""


@dataclass(slots=True)
class Settings:
    """The numbers that stand beside the schedule."""

    lr: float | None = None
    steps: int | None = None
    steps_per_epoch: int | None = None
    by_epoch: bool = False
    metrics: tuple[float, ...] | str = ()
    training: Training | None = None

    @property
    def clock(self) -> Clock:
        """The clock of the schedule: it counts epochs where the schedule is updated once an epoch."""
        clock = Clock(self.steps, self.steps_per_epoch)
        return clock.by_epoch() if self.by_epoch else clock

    @property
    def length(self) -> int | None:
        """The run's length on that clock."""
        return self.clock.horizon if self.by_epoch else self.steps


def numbers(root: Node) -> Settings:
    """The numbers of a spec that holds nothing else yet.

    Raises
    ------
    SpecError
        With every mistake in them.
    """
    complaints: list[Complaint] = []
    settings = SettingsReader(root, complaints.append).read()
    if complaints:
        raise complain(complaints)
    return settings


class SettingsReader:
    """Reads the keys of a spec that stand beside its schedule."""

    def __init__(self, root: Node, complain: Complain) -> None:
        self._root = root
        self._complain = complain

    def _fail(self, message: str, node: Node) -> None:
        self._complain(Complaint(message, node))

    def read(self) -> Settings:
        """Base rate, horizon, epochs and update; what cannot be read is stood in for."""
        entries = self._root.entries
        settings = Settings()
        values = Values(Clock(), self._complain)
        lr = values.base_rate(entries)
        # What cannot be read is stood in for, so that one mistake is not told again by all that inherit it.
        settings.lr = 1.0 if lr is None and "lr" in entries else lr
        settings.training = self._training(entries)
        settings.steps_per_epoch = self._steps_per_epoch(values, entries, settings.training)
        settings.steps = self._horizon(values, entries, settings)
        if settings.steps is None and {"steps", "epochs"} & entries.keys():
            settings.steps = _STAND_IN_STEPS
        update = entries.get("update")
        if update is not None and update.value not in ("epoch", "step"):
            self._fail(f"update must be 'step' or 'epoch', got {update.kind}", update)
        settings.by_epoch = update is not None and update.value == "epoch"
        if settings.by_epoch and settings.steps_per_epoch is None and update is not None:
            self._fail("update: epoch needs epochs; give 'epochs', 'steps_per_epoch' or 'training'", update)
            settings.steps_per_epoch = 1
        settings.metrics = self._metrics(values, entries)
        return settings

    def _metrics(self, values: Values, entries: Mapping[str, Node]) -> tuple[float, ...] | str:
        """A list of numbers, a formula in t, or a file of them, found from where the spec stands."""
        node = entries.get("metrics")
        if node is None:
            # What reacts is given the model's loss in its place.
            return "0" if "simulate" in entries else ()
        if not isinstance(node.value, str | int | float) or isinstance(node.value, bool):
            return tuple(values.read_from(entries, "metrics", _NUMBERS) or ())
        try:
            Expression(node.text)
            return node.text
        except ExpressionError:
            pass
        here = Path() if node.source.name.startswith("--") else Path(node.source.name).parent
        from lrplot.records.series import read_series

        try:
            return read_series(node.text, here)
        except LrplotError as error:
            self._fail(f"metrics: {error}", node)
            return ()

    def _training(self, entries: Mapping[str, Node]) -> Training | None:
        node = entries.get("training")
        return None if node is None else read_model(node, Training, "training", self._complain)

    def _steps_per_epoch(
        self, values: Values, entries: Mapping[str, Node], training: Training | None
    ) -> int | None:
        given = self._count("steps_per_epoch", values, entries)
        derived = None if training is None else training.steps_per_epoch
        if derived is None:
            return given
        if derived == 0:
            self._fail(
                "training: drop_last leaves no batch in an epoch; batch_size · devices exceeds examples",
                entries["training"],
            )
            return given
        if given is not None and given != derived:
            self._fail(
                f"steps_per_epoch is {given}, but training makes {derived}", entries["steps_per_epoch"]
            )
        return derived

    def _count(self, name: str, values: Values, entries: Mapping[str, Node]) -> int | None:
        value = values.read_from(entries, name, _COUNT)
        if value is not None and not 1 <= value <= MOST_STEPS:
            self._fail(f"{name} must lie between 1 and 2^53, got {entries[name].text}", entries[name])
            return None
        return None if value is None else int(value)

    def _horizon(self, values: Values, entries: Mapping[str, Node], settings: Settings) -> int | None:
        steps = self._count("steps", values, entries)
        epochs = values.read_from(entries, "epochs", _NUMBER)
        if epochs is None:
            return steps
        each = settings.steps_per_epoch
        if each is None and steps is not None and epochs > 0 and (steps / epochs).is_integer():
            each = int(steps / epochs)
        each = each or 1
        settings.steps_per_epoch = each
        exact = Decimal(str(epochs)) * each
        if not (exact.is_finite() and 0 < exact <= MOST_STEPS):
            self._fail(
                f"epochs must make between 1 and 2^53 steps, got {entries['epochs'].text}", entries["epochs"]
            )
            return steps
        whole = int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))
        if whole < 1:
            self._fail(f"epochs: {entries['epochs'].text} is less than half a step here", entries["epochs"])
            return steps
        if steps is not None and steps != whole:
            self._fail(
                f"steps is {steps}, but {entries['epochs'].text} epochs of {each} make {whole}",
                entries["steps"],
            )
        return whole

    def style(self) -> Style:
        """The look of the figure; its title is the spec's where it has none of its own."""
        entries = self._root.entries
        node, title = entries.get("figure"), entries.get("title")
        style = Style() if node is None else read_model(node, Style, "figure", self._complain) or Style()
        if style.stylesheet is not None:
            sheet = Path(self._root.source.name).parent / style.stylesheet
            style = style.model_copy(update={"stylesheet": str(sheet)})
        if title is None or style.title is not None or not style.titled:
            return style
        if isinstance(title.value, Mapping | list | NoneType):
            self._fail(f"title must be text, got {title.kind}", title)
            return style
        return style.model_copy(update={"title": title.text})
