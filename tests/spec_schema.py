"""The JSON Schema of a spec as it is stored; run this file to make it anew."""

from pathlib import Path

from lrplot.cli.results import as_json
from lrplot.document.schema import schema

STORED = Path(__file__).parents[1] / "lrplot/document/schema.json"


if __name__ == "__main__":
    STORED.write_bytes(b"".join(as_json(schema(), 2)))
