"""Work spread over processes that say nothing, take no signal of the terminal, and end with their parent.

``multiprocessing`` does neither: its processes print tracebacks at Ctrl-C, and outlive a parent that is
killed. Here a process is a Python that reads what to do from its standard input, and ends where that ends.
"""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

from lrplot.errors import LrplotError

Given = TypeVar("Given")
Made = TypeVar("Made")

_FEWEST: Final = 4
"""Fewer things are done sooner than processes start."""
_ALONE: Final = 0.4
"""Seconds of work before others are asked for help: one of them takes as long to start."""
_PROGRAM: Final = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from lrplot.__main__ import prepare; prepare(); "
    "from lrplot.cli.workers import serve; serve()"
)


def spread(work: Callable[[Given], Made], things: Sequence[Given]) -> Iterator[Made]:
    """The results of ``work`` for each thing, in their order, by several processes where that is quicker.

    Parameters
    ----------
    work
        A function of a module.
    things
        What it is given.

    Raises
    ------
    LrplotError
        As ``work`` does; and when a process was ended from outside, as for want of memory.
    """
    end = time.monotonic() + _ALONE
    alone = os.cpu_count() in {None, 1} or not sys.executable
    for done, thing in enumerate(things):
        if not alone and len(things) - done >= _FEWEST and time.monotonic() >= end:
            yield from _helped(work, things[done:])
            return
        yield work(thing)


def _helped(work: Callable[[Given], Made], things: Sequence[Given]) -> Iterator[Made]:
    """The results in their order, by a process for each core."""
    count = min(len(things), os.cpu_count() or 1)
    helpers = [_Helper() for _ in range(count)]
    idle: queue.SimpleQueue[_Helper] = queue.SimpleQueue()
    for helper in helpers:
        idle.put(helper)

    def one(thing: Given) -> Made:
        helper = idle.get()
        try:
            return helper.ask(work, thing)
        finally:
            idle.put(helper)

    pool = ThreadPoolExecutor(count)
    try:
        yield from pool.map(one, things)
    finally:
        # Whoever interrupts does not wait for what is half done.
        for helper in helpers:
            helper.end()
        pool.shutdown(cancel_futures=True)


class _Helper:
    """A process that does one thing after the other."""

    def __init__(self) -> None:
        # In a session of its own no key of the terminal reaches it; -P: the folder we stand in is no module.
        # What it begins with is in its command: a parent that is killed at once leaves nothing half said.
        command = [sys.executable, "-P", "-c", _PROGRAM, json.dumps(sys.path)]
        self._process = subprocess.Popen(  # noqa: S603 (ourselves)
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )

    def ask(self, work: Callable[[Given], Made], thing: Given) -> Made:
        """The result of ``work`` for the thing."""
        if self._process.stdin is None or self._process.stdout is None:
            raise ValueError("a process without pipes")
        try:
            pickle.dump((work, thing), self._process.stdin)
            self._process.stdin.flush()
            made, error = pickle.load(self._process.stdout)  # noqa: S301 (from a process of ours)
        except (OSError, EOFError, pickle.UnpicklingError):
            raise LrplotError("a process that helped was ended; was there memory enough?") from None
        if error is not None:
            raise error
        return made  # type: ignore[no-any-return]

    def end(self) -> None:
        """End it, whatever it does."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdout, self._process.stdin):
            if pipe is not None:
                with contextlib.suppress(OSError):  # what it was still to be told
                    pipe.close()


def serve() -> None:
    """Do what standard input asks for, one thing after the other, and end where it ends."""
    asked: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(asked,), daemon=True).start()
    answers = sys.stdout.buffer
    # What is done may print; the pipe is for answers alone.
    sys.stdout = sys.stderr
    while True:
        work, thing = asked.get()
        answer: tuple[Any, Exception | None]
        try:
            answer = work(thing), None
        except LrplotError as error:
            answer = None, LrplotError(str(error))
        except Exception as error:
            answer = None, RuntimeError(f"{type(error).__name__}: {error}")
        try:
            pickle.dump(answer, answers)
            answers.flush()
        except OSError:  # the parent has ended, and nobody is left to be told
            os._exit(0)


def _listen(asked: queue.SimpleQueue[Any]) -> None:
    """Take in what is to be done; with the parent's end everything ends, half done or not."""
    try:
        while True:
            asked.put(pickle.load(sys.stdin.buffer))  # noqa: S301 (from our own parent)
    except BaseException:
        os._exit(0)
