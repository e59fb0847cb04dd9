"""The files of texts: each entry has what the pages ask for, in both languages, and no source is a private one."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from lrplot.recommend.plans import OPTIMIZERS, PLANS, SYMPTOMS, TASKS, Optimizer, Plan, Remedy, Task
from lrplot.texts import table
from lrplot.texts.phrases import in_language

FILES = ("words", "families", "advice", "parameters_zh", "recommend")
HOUSE = Path(__file__).parents[1] / "lrplot"
HAN = re.compile(r"[\u4e00-\u9fff√●○]|1-sqrt")


def texts(entry: Any) -> Iterator[dict[str, str]]:
    """Every text in both languages, however deep."""
    if isinstance(entry, dict) and "zh" in entry and set(entry) <= {"en", "zh"}:
        yield entry
    elif isinstance(entry, dict | list):
        for inner in entry.values() if isinstance(entry, dict) else entry:
            yield from texts(inner)


@pytest.mark.parametrize("name", ["words", "families", "advice"])
def test_every_text_is_in_both_languages(name: str) -> None:
    found = list(texts(table(name)))
    assert len(found) >= 20
    for each in found:
        assert HAN.search(each["zh"]) or not each["zh"].isascii(), each
        assert each.get("en", "x").strip() == each.get("en", "x") != "", each


def test_an_entry_of_advice_has_what_the_pages_ask_for() -> None:
    wanted = {"summary", "strengths", "weaknesses", "use", "avoid"}
    for name, entry in table("advice").items():
        assert wanted <= entry.keys() <= wanted | {"cautions", "confused_zh"}, name


@pytest.mark.parametrize("name", ["figure", "tables", "html", "phrases"])
def test_what_figures_tables_and_messages_say_is_in_three_languages_with_the_same_fields(name: str) -> None:
    entries = table(name)
    for entry in entries.values() if isinstance(entries, dict) else entries:
        assert {"zh", "zh-Hant"} <= entry.keys() <= {"en", "zh", "zh-Hant"}, entry
        fields = {tuple(sorted(re.findall(r"\{(\w*)\}", text))) for text in entry.values()}
        assert len({tuple(re.sub(r"\\d", "", each) for each in found) for found in fields}) == 1, entry
        assert all(text.strip() == text != "" for text in entry.values()), entry


def test_every_phrase_is_still_said_somewhere() -> None:
    sources = [path.read_text(encoding="utf-8") for path in HOUSE.rglob("*.py")]
    for phrase in table("phrases"):
        # Whose it is, is said with the name: "PyTorch's".
        parts = [re.sub(r"^'s?", "", part) for part in re.split(r"\{\w+\}", phrase["en"])]
        parts = [part for part in parts if len(part.strip()) > 2]
        assert any(all(_said(part, source) for part in parts) for source in sources), phrase["en"]


def _said(part: str, source: str) -> bool:
    """True where a source holds a text, which may go over several of its lines."""
    return part in source or part in re.sub(r"\"\s*\n\s*f?\"", "", source)


def test_a_sentence_is_said_in_chinese_values_and_all_and_an_unknown_one_as_it_is() -> None:
    assert in_language("no horizon in it; 150 steps drawn (--steps)", "zh").startswith(
        "其中没有训练长度；画了 150 步"
    )
    assert in_language("StepLR is read as PyTorch's (also a name of MMEngine)", "zh").startswith(
        "StepLR 按 PyTorch 的"
    )
    assert in_language("patience 5 exceeded", "zh-Hant") == "超過耐心值 5"
    assert in_language("no such sentence", "zh") == "no such sentence"
    assert in_language("wrote a.png", "en") == "wrote a.png"


def test_the_paragraphs_of_the_docstrings_are_said_in_chinese_as_they_stand_now() -> None:
    from lrplot.describe.explanation import explain_name
    from lrplot.optimizers import TYPES
    from lrplot.schedules import CATALOGUE

    parts = {part.name: part for name in (*CATALOGUE, *TYPES) for part in explain_name(name).parts}
    said = {name: list(part.page.text) for name, part in parts.items() if part.page.text}
    assert {name: [each["en"] for each in entry] for name, entry in table("paragraphs").items()} == said
    for entry in table("paragraphs").values():
        assert all(HAN.search(each["zh"]) for each in entry)


@pytest.mark.parametrize(
    ("entries", "kind"), [(PLANS, Plan), (TASKS, Task), (OPTIMIZERS, Optimizer), (SYMPTOMS, Remedy)]
)
def test_recommendations_have_the_types_they_declare(entries: dict[str, object], kind: type) -> None:
    adapter = TypeAdapter(dict[str, kind])  # type: ignore[valid-type]
    assert adapter.validate_python(dict(entries), strict=True)


def test_a_source_is_one_that_a_stranger_can_look_up() -> None:
    sources = re.findall(r'"source": "([^"]+)"', str(table("recommend")).replace("'", '"'))
    assert len(sources) > 20
    for source in sources:
        assert re.search(r"arXiv:\d{4}\.\d{4,5}|\bsection \d|^common practice$", source), source
