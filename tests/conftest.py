import gc
import os
import signal
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from _pytest.doctest import DoctestModule
from _pytest.runner import runtestprotocol

_UNCOLLECTED = 100_000
"""Containers made before garbage is looked for, as on the command line (``__main__``)."""
_TOLD = ("CI", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LRPLOT_TRACEBACK")
"""Variables of the environment that change what lrplot shows."""


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave files of other tests unread where none of them will run: each worker would compile them all."""
    other = collection_path.name.endswith(("_live.py", "_browser.py"))
    return True if other and config.option.markexpr == "not live and not browser" else None


class ExamplesAlone:
    """Modules without an example are not looked through for one, which costs each worker a second."""

    @pytest.hookimpl(wrapper=True)
    def pytest_collect_file(self, file_path: Path) -> Generator[None, list[Any], list[Any]]:
        found = yield
        if any(isinstance(each, DoctestModule) for each in found) and b">>>" not in file_path.read_bytes():
            return [each for each in found if not isinstance(each, DoctestModule)]
        return found


class OutcomesAlone:
    """A worker tells of each test how it ended: of its setup and teardown only what failed or was skipped.

    Of ten thousand tests the other reports take as long as a twentieth of all tests: each is written, sent, read
    and counted by nobody.
    """

    @pytest.hookimpl
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool:
        for report in runtestprotocol(item, log=False, nextitem=nextitem):
            if report.when == "call" or not report.passed:
                item.ihook.pytest_runtest_logreport(report=report)
        return True


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(ExamplesAlone())  # for lrplot's files too, which lie beside this folder
    if hasattr(config, "workerinput"):
        config.pluginmanager.register(OutcomesAlone())


def pytest_sessionstart() -> None:
    """Begin as a terminal would, whatever the environment: our tests say themselves what they need of it."""
    for name in _TOLD:
        os.environ.pop(name, None)
    # A background job begins with these signals ignored, and so do its children; our tests send them.
    for key in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        if signal.getsignal(key) == signal.SIG_IGN:
            signal.signal(key, signal.default_int_handler if key == signal.SIGINT else signal.SIG_DFL)


def pytest_collection() -> None:
    """Nothing of what is collected is garbage, and it is not looked for."""
    gc.disable()


def pytest_collection_finish() -> None:
    """What was collected lives to the end: the garbage collector need not walk through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_UNCOLLECTED, 20, 20)
    gc.enable()
