"""A plan held against what a training logged: as planned, or where they part and why."""

from lrplot.checks.log.cause import Cause
from lrplot.checks.log.verdict import Parting, Verdict, missing_groups, verify

__all__ = ["Cause", "Parting", "Verdict", "missing_groups", "verify"]
