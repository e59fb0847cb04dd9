"""The tests that run a line, and what they say of a change: each trial in a process forked from a warm one.

Nothing of lrplot may be imported before the fork, so that a changed module is compiled before anything uses it.
"""

import ast
import contextlib
import gc
import importlib
import io
import os
import pickle
import resource
import signal
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any

import pytest

from .changes import Change, around, make

MEMORY = 4 << 30
LEAST_SECONDS = 20
OPTIONS = ["-x", "-q", "-n0", "-p", "no:cacheprovider", "--no-header", "--tb=no"]


@dataclass
class Tests:
    """Which tests run which lines, and how long each takes."""

    seconds: dict[str, float] = field(default_factory=dict)
    lines: dict[tuple[str, int], set[str]] = field(default_factory=lambda: defaultdict(set))
    outside: set[tuple[str, int]] = field(default_factory=set)
    """Lines that run outside tests, while modules are imported and examples are made."""
    modules: list[str] = field(default_factory=list)
    """What the tests import of others."""

    def warm(self) -> None:
        """Import here, once for all trials, what the tests import of others."""
        for name in self.modules:
            with contextlib.suppress(Exception):
                importlib.import_module(name)
        gc.freeze()

    def of(self, tree: ast.Module, change: Change) -> list[str]:
        """The tests that may notice a change, the quickest first."""
        path = str(change.path)
        functions = around(tree, change.line)
        within = functions[0] if functions else None
        first, last = (within.lineno, within.end_lineno) if within else (0, None)
        run = [line for name, line in self.lines if name == path and first < line <= (last or 0)]
        kept = within is None or any(
            "cache" in ast.unparse(mark) for f in functions for mark in f.decorator_list
        )
        if kept or any((path, line) in self.outside for line in range(first + 1, (last or 0) + 1)):
            # What is remembered runs in one test and is used in many.
            chosen = set().union(*(tests for (name, _), tests in self.lines.items() if name == path))
        else:
            chosen = set().union(*(self.lines[path, line] for line in run)) if run else set()
        return sorted(chosen, key=self.seconds.__getitem__)


class _Watch:
    """A plugin that notes which lines of some files each test runs."""

    def __init__(self, files: Iterable[Path]) -> None:
        self.files = {str(path.resolve()): str(path) for path in files}
        self.tests, self.now, self.failed = Tests(), set[tuple[str, int]](), set[str]()

    def trace(self, frame: Any, _event: str, _argument: object) -> Any:
        name = self.files.get(frame.f_code.co_filename)
        if name is None:
            return None

        def lines(frame: Any, event: str, _argument: object) -> Any:
            if event == "line":
                self.now.add((name, frame.f_lineno))
            return lines

        return lines

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.tests.outside |= self.now
        self.now = set()
        start = time.perf_counter()
        sys.settrace(self.trace)
        answer = yield
        self.tests.seconds[item.nodeid] = time.perf_counter() - start
        for line in self.now:
            self.tests.lines[line].add(item.nodeid)
        self.now = set()
        return answer

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if not report.passed:
            self.failed.add(report.nodeid)


class _Chosen:
    """A plugin that runs some tests only, in a given order."""

    def __init__(self, names: list[str]) -> None:
        self.order = {name: i for i, name in enumerate(names)}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted(
            (item for item in items if item.nodeid in self.order), key=lambda item: self.order[item.nodeid]
        )


def watched(tests: list[str], files: list[Path]) -> Tests:
    """Run all tests once, unchanged, and note what each of them runs."""

    def watch() -> Tests:
        plugin = _Watch(files)
        sys.settrace(plugin.trace)
        pytest.main([*OPTIONS[1:], *tests], plugins=[plugin])
        sys.settrace(None)
        for name in plugin.failed:
            print(f"left out, as it fails unchanged: {name}", file=sys.stderr)
        for found in plugin.tests.lines.values():
            found.difference_update(plugin.failed)
        plugin.tests.modules = [name for name in sys.modules if _is_others(name)]
        return plugin.tests

    _, answer = _forked(watch, seconds=1800)
    assert isinstance(answer, Tests)
    return answer


def _is_others(name: str) -> bool:
    file = getattr(sys.modules[name], "__file__", None) or ""
    return "site-packages" in file or "/lib/python3" in file


def noticed(tree: ast.Module, change: Change, tests: Tests) -> str:
    """How the change was noticed: ``failed``, ``time`` or ``died``; empty where no test notices it."""
    names = tests.of(tree, change)
    if not names:
        return ""
    files = sorted({name.partition("::")[0] for name in names})

    def tried() -> bool:
        gc.disable()
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        path, code = (
            str(change.path.resolve()),
            compile(make(tree, change), str(change.path.resolve()), "exec"),
        )
        original = SourceFileLoader.get_code

        def get_code(self: SourceFileLoader, fullname: str) -> Any:
            return code if self.path and str(Path(self.path).resolve()) == path else original(self, fullname)

        SourceFileLoader.get_code = get_code  # type: ignore[method-assign]
        # By this loader and not by pytest's own, which reads a file that is named to it.
        importlib.import_module(".".join(change.path.with_suffix("").parts).removesuffix(".__init__"))
        return pytest.main([*OPTIONS, *files], plugins=[_Chosen(names)]) != pytest.ExitCode.OK

    seconds = LEAST_SECONDS + 3 * sum(tests.seconds[name] for name in names)
    ended, answer = _forked(tried, seconds)
    if not ended:
        return "time"
    return "died" if answer is None else "failed" * bool(answer)


def _forked(work: Callable[[], object], seconds: float) -> tuple[bool, object]:
    """What ``work`` gives in a process of its own, None where it dies; and whether it ended in time."""
    with tempfile.TemporaryFile() as answer:
        child = os.fork()
        if not child:
            os.setsid()
            try:
                with Path(os.devnull).open("w") as nothing, contextlib.redirect_stdout(io.StringIO()):
                    os.dup2(nothing.fileno(), 1)
                    pickle.dump(work(), answer)
                answer.flush()
            finally:
                os._exit(0)
        until = time.monotonic() + seconds
        while os.waitpid(child, os.WNOHANG)[0] == 0:
            if time.monotonic() > until:
                os.killpg(child, signal.SIGKILL)
                os.waitpid(child, 0)
                return False, None
            time.sleep(0.02)
        answer.seek(0)
        try:
            return True, pickle.load(answer)  # noqa: S301 (our own)
        except EOFError:
            return True, None
