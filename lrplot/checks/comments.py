"""The text a REF names: which line a finding is about, and what comments in it ignore."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from lrplot.checks.rules import Finding, rules_called
from lrplot.document.tree import Node, read
from lrplot.errors import LrplotError, UsageError
from lrplot.run import Run

_REMARK: Final = re.compile(r"#.*?\blrplot:\s*ignore\b(\[(?P<codes>[^\]]*)\])?")
_SEVERAL: Final = "schedules"


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment ``# lrplot: ignore[CODE, …]``: its line, from 1, and the codes of the rules it names."""

    line: int
    codes: frozenset[str]


class Text:
    """A spec, a script or a call.

    Parameters
    ----------
    text
        What it says.
    name
        What errors call it.
    is_file
        Whether ``name`` is a file's, in which a line can be pointed to.

    Raises
    ------
    UsageError
        When a remark names no rule, or one that does not exist.
    """

    def __init__(self, text: str, name: str, *, is_file: bool) -> None:
        self.is_file = is_file
        self._lines = text.splitlines()
        self._name = name
        self._text = text
        self._first_keys = dict[Node, dict[str, Node]]()
        self.remarks = tuple(self._read_remarks())

    def _read_remarks(self) -> Iterator[Remark]:
        for number, line in enumerate(self._lines, 1):
            for match in _REMARK.finditer(line):
                where = f"{self._name}:{number}: lrplot: ignore"
                names = [name for name in re.split(r"[\s,]+", match["codes"] or "") if name]
                if not names:
                    raise UsageError(f"{where}: names no rule; write ignore[LR001]")
                yield Remark(number, frozenset(rule.code for rule in rules_called(names, where)))

    def ignored(self, run: Run) -> frozenset[str]:
        """The codes ignored for a run: by remarks of its own, and of no other schedule."""
        foreign = {line for label, lines in self._spans.items() if not _is_of(run, label) for line in lines}
        return frozenset().union(*(remark.codes for remark in self.remarks if remark.line not in foreign))

    def line(self, run: Run, finding: Finding) -> int:
        """The line a finding is about, from 1: of its parameter, its schedule, or the first."""
        spec = self._spec
        if spec is None or not {"schedule", _SEVERAL} & spec.entries.keys():
            return self._key_line(finding.parameter) or self._call_line(run)
        several = spec.entries.get(_SEVERAL)
        holder, name = spec, "schedule"
        if several is not None:
            holder, name = several, next((key for key in several.entries if _is_of(run, key)), "")
        schedule = holder.entries.get(name)
        place = schedule and self._keys_of(schedule).get(finding.parameter, holder.key(name))
        mark = (place or spec).mark
        return 1 if mark is None else mark.line + 1

    def _keys_of(self, schedule: Node) -> dict[str, Node]:
        """The first key of each name in a schedule; walked once, however many findings it has."""
        if schedule not in self._first_keys:
            keys = dict[str, Node]()
            for key in _keys(schedule):
                keys.setdefault(key.text, key)
            self._first_keys[schedule] = keys
        return self._first_keys[schedule]

    def _key_line(self, name: str) -> int | None:
        """The line of a key of a trainer, with ``_`` or ``-`` in it; None where it stands nowhere."""
        spelled = re.compile(rf"\b{re.escape(name).replace('_', '[_-]')}\b")
        lines = (number for number, line in enumerate(self._lines, 1) if spelled.search(line))
        return next(lines, None) if name else None

    def _call_line(self, run: Run) -> int:
        """The line of a scheduler in Python: where it is assigned, or called."""
        name = re.escape(run.label)
        for pattern in (rf"^\s*{name}\s*(:[^=]*)?=[^=]", rf"\b{name}\s*\("):
            for number, line in enumerate(self._lines, 1):
                if re.search(pattern, line):
                    return number
        return 1

    @cached_property
    def _spec(self) -> Node | None:
        """The text as a spec's tree, None where it is Python."""
        try:
            root = read(self._text, self._name)
        except LrplotError:
            return None
        return root if root.entries else None

    @cached_property
    def _spans(self) -> dict[str, range]:
        """The lines of each labelled schedule of a spec."""
        several = None if self._spec is None else self._spec.entries.get(_SEVERAL)
        if several is None or self._spec is None:
            return {}
        starts = {key.text: self._with_comments_above(_line(key)) for key in several.value}
        after = [_line(key) for key in self._spec.value if _line(key) > max(starts.values(), default=0)]
        edges = [*sorted(starts.values()), min(after, default=len(self._lines) + 1)]
        return {label: range(start, edges[edges.index(start) + 1]) for label, start in starts.items()}

    def _with_comments_above(self, line: int) -> int:
        """The first line of the comments that stand directly above a line, or that line."""
        while line > 1 and self._lines[line - 2].lstrip().startswith("#"):
            line -= 1
        return line


def _line(node: Node) -> int:
    return 0 if node.mark is None else node.mark.line + 1


def _is_of(run: Run, label: str) -> bool:
    """True where a run is drawn from the schedule labelled so; one of a sweep adds its values."""
    return run.label == label or run.label.startswith(f"{label}, ")


def _keys(node: Node) -> Iterator[Node]:
    """Every key in a tree, the outermost first."""
    if isinstance(node.value, Mapping):
        yield from node.value
    for child in (*node.entries.values(), *node.items):
        yield from _keys(child)
