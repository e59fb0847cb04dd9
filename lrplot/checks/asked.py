"""The request to lint: which rules, and which of their findings are told."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from lrplot.checks.comments import Text
from lrplot.checks.report import Entry
from lrplot.checks.rules import RULES, Rule, Severity, rules_called
from lrplot.errors import LrplotError, UsageError
from lrplot.files import LARGEST_TEXT, read_bytes
from lrplot.schedules import find


def severity_called(name: str, where: str) -> Severity:
    """The severity of a name; ``where`` is who asks, for the error.

    >>> severity_called("note", "--severity") < severity_called("warning", "--severity")
    True
    """
    if name not in map(str, Severity):
        raise UsageError(f"{where} must be one of error, warning, note, got '{name}'")
    return Severity[name.upper()]


def rules_asked(
    select: Iterable[str] | None, ignore: Iterable[str] | None, option: str = "--"
) -> tuple[Rule, ...]:
    """The rules asked for: those selected, else all, without those ignored; each text may list several.

    >>> [rule.code for rule in rules_asked(["LR001,cut-short", "LR002"], ["LR002"])]
    ['LR001', 'LR007']
    """
    not_these = rules_called(_listed(ignore), f"{option}ignore")
    chosen = RULES if select is None else rules_called(_listed(select), f"{option}select")
    return tuple(rule for rule in RULES if rule in chosen and rule not in not_these)


def _listed(given: Iterable[str] | None) -> list[str]:
    return [name.strip() for text in given or () for name in text.split(",")]


def told(found: Sequence[Entry], least: Severity, *, selected: bool) -> list[Entry]:
    """The findings that are told: all where rules were selected, else those from ``least`` on."""
    return [entry for entry in found if selected or entry.finding.rule.severity >= least]


def text_of(reference: str) -> Text:
    """The text of a REF: its file, the block of a document, or itself."""
    if ".md" in reference.lower():
        from lrplot.sources.reference import ref_of

        with suppress(LrplotError):
            ref = ref_of(reference)
            if ref.spelled != reference or not Path(reference).is_file():
                return Text(ref.text, reference, is_file=ref.is_file)
    try:
        # A pipe can be read only once, and by whoever makes the schedule of it.
        if find(reference) is None and Path(reference).is_file():
            data = read_bytes(Path(reference), LARGEST_TEXT)
        else:
            data = None
    except (OSError, ValueError, LrplotError):
        data = None  # whoever reads it as a schedule says what is wrong
    if data is None:
        return Text(reference, "call", is_file=False)
    return Text(data.decode("utf-8-sig", errors="replace"), reference, is_file=True)
