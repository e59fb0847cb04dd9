"""Bad input as files: the whole message of each is kept beside it and looked at when it changes.

What the YAML parser says of itself stands there as an ellipsis: its words change with its version.
To accept changed messages: ACCEPT=1 pytest tests/document/test_bad.py, then read the diff.
"""

import os
import re
import shutil
from pathlib import Path

import pytest

from lrplot.errors import LrplotError
from lrplot.sources.reference import load

FILES = sorted((Path(__file__).parent / "bad").glob("*.yaml"))


def ours(message: str) -> str:
    tab = "a tab stands where YAML wants spaces"
    return re.sub(rf"(not valid YAML: )(?!{tab}).+", r"\1…", message)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_message_is_the_designed_one(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(path, "bad.yaml")
    with pytest.raises(LrplotError) as refused:
        load("bad.yaml")
    message, expected = ours(str(refused.value)) + "\n", path.with_suffix(".txt")
    if os.environ.get("ACCEPT"):
        expected.write_text(message, encoding="utf-8")
    assert message == expected.read_text(encoding="utf-8")
