import json
from functools import cache
from pathlib import Path

import jsonschema
import pytest
import yaml
from spec_schema import STORED

from lrplot.document.schema import schema
from lrplot.document.tree import read
from lrplot.document.values import plain_value

ROOT = Path(__file__).parents[2]


@cache
def validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(schema())


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("path", sorted((ROOT / "configs").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_config_fits_it(path: Path) -> None:
    validator().validate(plain_value(read(path.read_text(encoding="utf-8"), path.name)))


@pytest.mark.parametrize(
    "name", ["typo", "unknown_type", "no_schedule", "both_schedules", "two_errors", "training_typo"]
)
def test_what_the_reader_refuses_it_refuses_too(name: str) -> None:
    text = (Path(__file__).parent / "bad" / f"{name}.yaml").read_text(encoding="utf-8")
    assert not validator().is_valid(yaml.safe_load(text))


def test_every_parameter_is_described() -> None:
    for name, definition in schema()["$defs"].items():
        for key, value in definition.get("properties", {}).items():
            if key not in {"type", "warmup"}:
                assert value.get("description"), f"{name}.{key}"


def test_the_stored_one_is_it() -> None:
    """Else run: python tests/spec_schema.py"""
    assert json.loads(STORED.read_text(encoding="utf-8")) == schema()
