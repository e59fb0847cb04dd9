"""Runs a script for real and records the rate of every optimizer update."""

import contextlib
import importlib
import io
import os
import signal
import sys
import types
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

PROJECT = "project_utils"
"""A module that scripts may import and lrplot cannot read."""

_PROJECT_TEXT = """
def train_one_epoch(model, loader, optimizer):
    for _ in loader:
        optimizer.step()

def after_update(scheduler):
    scheduler.step()

def save_checkpoint(epoch, optimizer):
    return {"epoch": epoch, "optimizer": optimizer.state_dict()}

class HalfSpeed:
    def __init__(self, scheduler):
        self.scheduler, self.calls = scheduler, 0

    def step(self):
        self.calls += 1
        if self.calls % 2 == 0:
            self.scheduler.step()
"""


class TookTooLong(BaseException):
    """No answer within the time; no Exception, so that nothing on the way swallows it."""


class ScriptRaisedError(Exception):
    """PyTorch, or the script, raised."""


@dataclass(frozen=True)
class Truth:
    """What the optimizer trained with: the first and the last group's rate, update for update."""

    first: list[float]
    last: list[float]
    optimizers: int


@contextlib.contextmanager
def within(seconds: float, of_processor: float | None = None) -> Iterator[None]:
    """Raise :class:`TookTooLong` in the block after so many seconds (main thread only).

    ``of_processor`` bounds the processor's time too, which does not pass while others have it.
    """

    def stop(*_: Any) -> None:
        raise TookTooLong

    clocks = [(signal.SIGALRM, signal.ITIMER_REAL, seconds)]
    if of_processor is not None:
        clocks.append((signal.SIGPROF, signal.ITIMER_PROF, of_processor))
    before = [(number, signal.signal(number, stop)) for number, _, _ in clocks]
    for _, timer, limit in clocks:
        signal.setitimer(timer, limit)
    try:
        yield
    finally:
        for _, timer, _ in clocks:
            signal.setitimer(timer, 0)
        for number, handler in before:
            signal.signal(number, handler)


def prepare(*, with_lightning: bool = False) -> None:
    """Import what scripts import once, quietly, and the module that only scripts can see.

    A slow import in a script would use up its time, and leave a module half imported.
    """
    import torch

    for name in ("accelerate", "pytorch_warmup", "tqdm", *(["lightning"] if with_lightning else [])):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            importlib.import_module(name)

    os.environ["TQDM_DISABLE"] = "1"
    torch.set_num_threads(1)
    if PROJECT not in sys.modules:
        module = types.ModuleType(PROJECT)
        exec(_PROJECT_TEXT, module.__dict__)  # noqa: S102 (our own text)
        sys.modules[PROJECT] = module


def run(text: str, seconds: float = 20.0) -> Truth:
    """The rates of a script.

    Raises
    ------
    ScriptRaisedError
        When it does not run to its end, or updates nothing.
    ModuleNotFoundError
        When a library that it uses is not installed.
    """
    import torch
    from torch.optim.optimizer import register_optimizer_step_pre_hook

    rates: dict[Any, list[tuple[float, float]]] = {}

    def record(optimizer: Any, *_: Any) -> None:
        groups = optimizer.param_groups
        rates.setdefault(optimizer, []).append((float(groups[0]["lr"]), float(groups[-1]["lr"])))

    handle = register_optimizer_step_pre_hook(record)
    quiet = io.StringIO()
    # Dataclasses look their module up by its name.
    module = types.ModuleType("__main__")
    main = sys.modules["__main__"]
    try:
        torch.manual_seed(0)
        with warnings.catch_warnings(), contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
            warnings.simplefilter("ignore")
            sys.modules["__main__"] = module
            with within(seconds):
                exec(compile(text, "script.py", "exec"), module.__dict__)  # noqa: S102 (a generated script)
    except ModuleNotFoundError:
        # A script that is silently left out is a mutation that is silently not tried.
        raise
    except Exception as error:
        raise ScriptRaisedError(f"{type(error).__name__}: {error}") from error
    finally:
        sys.modules["__main__"] = main
        handle.remove()
        _forget_accelerate()
    if not rates:
        raise ScriptRaisedError("no update")
    longest = max(rates.values(), key=len)
    return Truth([a for a, _ in longest], [b for _, b in longest], len(rates))


def _forget_accelerate() -> None:
    """Accelerate keeps its state for the whole process; the next script starts afresh."""
    if "accelerate.state" in sys.modules:
        from accelerate.state import AcceleratorState, GradientState

        AcceleratorState._reset_state(True)
        GradientState._reset_state()
