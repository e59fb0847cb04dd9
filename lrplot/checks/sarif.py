"""SARIF 2.1.0, the form in which code review reads findings: the envelope around rules and results."""

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any, Final

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(rules: Sequence[dict[str, Any]], results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A SARIF log of one run of lrplot.

    Examples
    --------
    >>> sarif([], [])["version"]
    '2.1.0'
    """
    driver = {"name": "lrplot", "version": version("lrplot"), "rules": list(rules)}
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": list(results)}],
    }
