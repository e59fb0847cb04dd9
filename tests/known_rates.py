"""Known rates of real trainings, as ``cases/trainers/rows`` holds them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROWS = Path(__file__).parent / "trainers" / "rows"


def rows(pattern: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(ROWS.glob(pattern)):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield path.stem, json.loads(line)


def agrees(found: Any, row: dict[str, Any], rel: float = 1e-9) -> None:
    """Assert that a training has the updates and the rates of a row."""
    assert found.updates == row["steps"]
    rates = found.schedule(np.array(row["sampled_at"], dtype=np.float64))
    assert rates == pytest.approx(row["lr"], rel=rel, abs=rel * max(row["lr"]))
