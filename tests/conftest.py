import gc
import signal
from pathlib import Path

import pytest


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave files of other tests unread where none of them will run: each worker would compile them all."""
    other = collection_path.name.endswith(("_live.py", "_browser.py"))
    return True if other and config.option.markexpr == "not live and not browser" else None


def pytest_sessionstart() -> None:
    """A background job begins with these signals ignored, and so do its children; our tests send them."""
    for key in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        if signal.getsignal(key) == signal.SIG_IGN:
            signal.signal(key, signal.default_int_handler if key == signal.SIGINT else signal.SIG_DFL)


def pytest_collection_finish() -> None:
    """What was collected lives to the end: the garbage collector need not walk through it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LRPLOT_TRACEBACK"):
        monkeypatch.delenv(name, raising=False)
