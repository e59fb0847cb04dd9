"""The stored table of the catalogue is what measuring gives."""

import json
from typing import Any

import pytest
from catalogue_table import STORED, measured


def without_shapes(table: Any) -> Any:
    entries = [each for section in table["sections"] for each in section["entries"]]
    shapes = [level for each in entries for name in ("24", "12") for level in each["shapes"][name]]
    for each in entries:
        del each["shapes"]
    return table, shapes


def test_the_stored_table_is_as_measured() -> None:
    """Else run: python tests/catalogue_table.py"""
    stored, shapes = without_shapes(json.loads(STORED.read_text(encoding="utf-8")))
    now, found = without_shapes(measured())
    assert stored == now
    # A level is rounded; another processor may round the last digit another way.
    assert shapes == pytest.approx(found, abs=2e-6)
