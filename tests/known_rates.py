"""Known rates of real trainings, as ``cases/trainers/rows`` holds them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROWS = Path(__file__).parent / "trainers" / "rows"


def rows(pattern: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(ROWS.glob(pattern)):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield path.stem, json.loads(line)
