"""One drawn case: what is shown of it, and what is tried with it."""

import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from lrplot.errors import LrplotError

from ..laws import LawBrokenError
from ..loops.run_torch import TookTooLong, within

SECONDS = 10.0
"""More seconds of the processor than these are a hang."""
WAITED = 120.0
"""So are more seconds by the clock: what waits uses none of the processor."""


@dataclass(frozen=True)
class Case:
    """A text that shows the case whole, and the trial: it returns, or raises what was found."""

    shown: str
    trial: Callable[[Path], None]
    """Gets an empty folder of its own."""


@dataclass(frozen=True)
class Kind:
    """A kind of case, drawn from a random generator."""

    name: str
    draw: Callable[[Random], Case]


@dataclass(frozen=True)
class Outcome:
    """``held``: every law; ``refused``: in our words; ``broken``, ``raised``, ``hang``: a fault."""

    kind: str
    index: int
    name: str
    told: str = ""
    where: str = ""
    """What is the same for like faults."""

    @property
    def is_fault(self) -> bool:
        return self.name in {"broken", "raised", "hang"}


def drawn(kind: Kind, seed: int, index: int) -> Case:
    """The case of this seed and number, always the same."""
    return kind.draw(Random(f"{seed}/{kind.name}/{index}"))  # noqa: S311 (drawn, not secret)


def tried(kind: Kind, seed: int, index: int) -> Outcome:
    """Draw a case and try it."""
    case = drawn(kind, seed, index)
    try:
        with TemporaryDirectory() as folder, warnings.catch_warnings():
            # As in the plain tests: what our numbers warn of is a fault, whatever other libraries say is none.
            warnings.simplefilter("ignore")
            warnings.filterwarnings("error", module=r"lrplot\b")
            warnings.filterwarnings("error", category=RuntimeWarning, module=r"numpy\b")
            with within(WAITED, SECONDS):
                case.trial(Path(folder))
    except LrplotError as error:
        return Outcome(kind.name, index, "refused", str(error))
    except TookTooLong as error:
        return Outcome(kind.name, index, "hang", _told(error), "hang: " + _place(error))
    except LawBrokenError as error:
        law = traceback.extract_tb(error.__traceback__)
        named = next((frame.name for frame in reversed(law) if not frame.name.startswith("_")), "")
        return Outcome(kind.name, index, "broken", f"{named}: {error}", named)
    except Exception as error:  # what no user should see
        return Outcome(kind.name, index, "raised", _told(error), f"{type(error).__name__} {_place(error)}")
    return Outcome(kind.name, index, "held")


def _told(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)[-9:])


def _place(error: BaseException) -> str:
    """The innermost place in lrplot."""
    ours = [each for each in traceback.extract_tb(error.__traceback__) if "/lrplot/" in each.filename]
    if not ours:
        return "outside"
    return f"{ours[-1].filename.rpartition('/lrplot/')[2]}:{ours[-1].name}"
