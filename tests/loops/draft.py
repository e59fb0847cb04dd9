"""A training script while it is being put together: its parts, with tokens for what shells spell differently.

A line holds tokens such as ``<opt>`` or ``<epochs>``. What a token becomes (``optimizer``, ``self.optimizer``,
``args.epochs``, ``10``) is decided last, so that every mutation works in every shell.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

TOKEN = re.compile(r"<(\w+)>")


def indent(lines: Iterable[str], levels: int = 1) -> list[str]:
    return ["    " * levels + line if line else line for line in lines]


def block(head: str, body: Sequence[str]) -> list[str]:
    return [head, *indent(body or ["pass"])]


@dataclass
class Call:
    """Where a scheduler is stepped: the lines that do it, and the part of the loop that holds them."""

    lines: list[str]
    place: str


@dataclass
class Draft:
    """The parts of one script.

    Attributes
    ----------
    frame
        ``nested`` (batches in epochs), ``toy`` (one update an epoch), ``flat`` or ``while`` (updates alone).
    epochs, batches
        How long it trains. In ``flat`` and ``while``, the updates are ``epochs * batches``.
    marks
        The mutations applied, as ``kind: name``.
    """

    rng: Random
    frame: str = "nested"
    epochs: int = 6
    batches: int = 4
    names: dict[str, str] = field(default_factory=dict)
    imports: list[str] = field(default_factory=lambda: ["import torch"])
    definitions: list[str] = field(default_factory=list)
    constants: dict[str, Any] = field(default_factory=dict)
    numbers: str = ""
    """How numbers have to be spelled, where a mutation needs one way."""
    setup: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    epoch_start: list[str] = field(default_factory=list)
    batch_start: list[str] = field(default_factory=list)
    forward: list[str] = field(default_factory=list)
    before_update: list[str] = field(default_factory=list)
    update: list[str] = field(default_factory=lambda: ["<opt>.step()"])
    batch_end: list[str] = field(default_factory=list)
    epoch_end: list[str] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    epoch_range: str = "range(<epochs>)"
    batch_loop: str = "for <i>, batch in enumerate(<loader>):"
    loader: str = ""
    within: str = ""
    """The head of a ``with`` around what is done with a batch."""
    whole_text: str | None = None
    counted: bool = False
    marks: list[str] = field(default_factory=list)

    def mark(self, kind: str, name: str) -> None:
        label = f"{kind}: {name}"
        if label not in self.marks:
            self.marks.append(label)

    def need(self, line: str) -> None:
        if line not in self.imports:
            self.imports.append(line)

    def constant(self, name: str, value: Any) -> str:
        """The token of a number that the script may spell by a name."""
        self.constants[name] = value
        return f"<{name}>"

    def make(self, call: str, name: str) -> None:
        """Another scheduler in the place of the one that was drawn."""
        made = ("<sched> =", "warmup_scheduler =", "main_scheduler =")
        self.setup = [line for line in self.setup if not line.startswith(made)]
        self.setup.append(f"<sched> = {call}")
        self.marks = [mark for mark in self.marks if not mark.startswith("s: ")]
        self.mark("s", name)

    @property
    def updates(self) -> int:
        return self.epochs if self.frame == "toy" else self.epochs * self.batches

    def count(self) -> str:
        """The token of a counter of iterations, counted by hand where the loop does not do it."""
        if self.frame in {"nested"} and not self.counted:
            self.counted = True
            self.before.append("<it> = 0")
            self.batch_end.append("<it> += 1")
        if self.frame == "toy":
            return "<epoch>"
        return "<it>"

    def times(self) -> list[tuple[str, int, str]]:
        """What a rate may be a function of: expression, how many values it takes, and where it is known."""
        if self.frame == "toy":
            return [("<epoch>", self.epochs, "epoch_start")]
        if self.frame in {"flat", "while"}:
            return [("<it>", self.updates, "batch_start")]
        return [
            ("<epoch>", self.epochs, "epoch_start"),
            ("(<epoch> * len(<loader>) + <i>)", self.updates, "batch_start"),
            ("(<i> + len(<loader>) * <epoch>)", self.updates, "batch_start"),
            ("(<epoch> + <i> / len(<loader>))", self.epochs, "batch_start"),
            (self.count(), self.updates, "batch_start"),
        ]

    def time(self, *, whole: bool = True) -> tuple[str, int, str]:
        # A counter is only set up where it is used.
        before, counted, ends = list(self.before), self.counted, list(self.batch_end)
        found = self.rng.choice([each for each in self.times() if not whole or "/" not in each[0]])
        if "<it>" not in found[0]:
            self.before, self.counted, self.batch_end = before, counted, ends
        return found

    def part(self, place: str) -> list[str]:
        """The lines of a part, the steps of schedulers in it included."""
        own: list[str] = list(getattr(self, place))
        stepped = [line for call in self.calls if call.place == place for line in call.lines]
        if place in {"epoch_start", "before_update"}:
            return [*stepped, *own] if self.rng.random() < 0.5 else [*own, *stepped]
        # A counter is increased after the scheduler in some scripts and before it in others.
        return [*own, *stepped] if self.rng.random() < 0.3 else [*stepped, *own]

    def batch_lines(self) -> list[str]:
        lines = [
            *self.batch_start,
            *self.forward,
            *self.part("before_update"),
            *self.update,
            *self.part("batch_end"),
        ]
        return block(self.within, lines) if self.within else lines

    def inner(self) -> list[str]:
        """The loop over the batches of an epoch, or the one update of it."""
        if self.frame == "toy":
            return self.batch_lines()
        return block(self.batch_loop, self.batch_lines())

    def loop(self, inner: list[str] | None = None) -> list[str]:
        """The whole training loop; ``inner`` is what stands for the loop over batches."""
        if self.frame == "flat":
            return [*self.before, *block("for <it> in range(<total>):", self.batch_lines())]
        if self.frame == "while":
            lines = [*self.batch_lines(), "<it> += 1"]
            if self.rng.random() < 0.3:
                lines += ["if <it> >= <total>:", "    break"]
                return [*self.before, "<it> = 0", *block("while True:", lines)]
            return [*self.before, "<it> = 0", *block("while <it> < <total>:", lines)]
        body = [*self.part("epoch_start"), *(inner or self.inner()), *self.part("epoch_end")]
        if self.epoch_range == "product":
            head = "for <epoch>, <i> in itertools.product(range(<epochs>), range(<batches>)):"
            return [*self.before, *block(head, self.batch_lines())]
        if self.epoch_range == "while":
            return [*self.before, "<epoch> = 0", *block("while <epoch> < <epochs>:", [*body, "<epoch> += 1"])]
        return [*self.before, *block(f"for <epoch> in {self.epoch_range}:", body)]

    def spell(self, lines: Iterable[str], names: dict[str, str] | None = None) -> list[str]:
        table = self.names | (names or {})
        return [TOKEN.sub(lambda found: table[found.group(1)], line) for line in lines]


def root(name: str) -> str:
    """The variable an expression starts from; empty for a literal."""
    found = re.match(r"[A-Za-z_]\w*", name)
    return found.group() if found else ""


def used(lines: Iterable[str]) -> list[str]:
    """The tokens in some lines, each once, in order."""
    return list(dict.fromkeys(token for line in lines for token in TOKEN.findall(line)))
