"""The table of ``lrplot list`` as it is stored; run this file to measure it anew."""

import json
from pathlib import Path
from typing import Any

from lrplot.describe.catalogue import listing, table_data

STORED = Path(__file__).parents[1] / "lrplot/describe/catalogue.json"


def measured() -> Any:
    return json.loads(json.dumps(table_data(listing())))


if __name__ == "__main__":
    STORED.write_text(json.dumps(measured(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
