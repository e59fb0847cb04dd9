"""The frameworks' calls: whose they are, what stands in for them, and how they are told to differ."""

import ast
import math
import re

import numpy as np
import pytest

from lrplot.describe.calls import calls, elsewhere, known_frameworks, written_out
from lrplot.describe.explanation import everything, explain_name, explain_run
from lrplot.describe.optimizers import first_updates
from lrplot.errors import UsageError
from lrplot.exports.scripts import ALL, with_paths
from lrplot.frameworks.registry import REGISTRY
from lrplot.python.spelling import Template
from lrplot.run import Run
from lrplot.schedules import CATALOGUE
from lrplot.schedules.cosine import Cosine
from lrplot.sources.reference import load, parse


def notes(name: str, title: str) -> str:
    found = {call.title: call for call in explain_name(name).calls}
    return "; ".join(note.en for note in found[title].notes)


def test_a_framework_that_climbs_after_the_end_is_told() -> None:
    # lr(1249) = ½ · 0.1 · (1 + cos 1.249π), a quarter beyond the end.
    rate = 0.05 * (1 + math.cos(math.pi * 1.249))
    assert f"at step 1249 it is at {rate:.4g}, not 0" in notes("cosine", "PyTorch")
    assert notes("cosine", "Keras").startswith("the same curve")


def test_a_framework_that_draws_another_curve_is_told_with_the_first_step() -> None:
    # MMEngine's LinearLR is at its end a step earlier: 0.1 · 999/1000 against 0.1 · 998/999 at step 1.
    assert "another curve: it differs from step 1 on" in notes("linear", "MMEngine")
    assert "it refuses to go on after step 1000" in notes("onecycle", "PyTorch")


def test_a_slight_difference_is_no_other_curve() -> None:
    found = {call.framework: call for call in calls(load("warmup_cosine")[0])}
    assert found["pytorch"].same
    assert found["pytorch"].notes[0].en == "the same within 1e-7 (at step 0)"
    assert not found["timm"].same


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_formula_that_stands_in_for_a_class_is_python_that_gives_the_curve(name: str) -> None:
    (run,) = load(name)
    for target, base in (("pytorch", 0.1), ("keras", 1.0)):
        made = written_out(run, target)
        if made is None or "lambda" not in made.call:
            continue
        tree = ast.parse(made.call, mode="eval").body
        assert isinstance(tree, ast.Call)
        function = (tree.args + [keyword.value for keyword in tree.keywords])[-1]
        value = eval(ast.unparse(function), {"math": math})  # noqa: S307 (what we wrote ourselves)
        steps = np.unique(np.linspace(0, run.steps - 1, 50).astype(int))
        if name == "epochwise":
            each = run.steps // 20
            steps = np.unique(steps // each)
            expected = run.schedule(steps * each)
        else:
            expected = run.schedule(steps)
        np.testing.assert_allclose([base * value(int(t)) for t in steps], expected, rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_call_that_is_shown_is_read_again(name: str) -> None:
    (run,) = load(name)
    for call in (*calls(run), *elsewhere(run)):
        if CATALOGUE[name].family == "reacting" or call.same is None or "optim" in call.call.split("(")[0]:
            continue
        text = with_paths(ALL[call.framework], call.call)
        assert parse(text, steps=run.steps).schedule(0) >= 0


def test_templates_call_what_their_frameworks_have() -> None:
    for framework in REGISTRY.frameworks:
        for spellings in framework.spellings.values():
            for found in spellings.calls.values():
                for each in found if isinstance(found, tuple) else (found,):
                    text = each.text if isinstance(each, Template) else each
                    names = re.findall(r"(\w+)\(", text) if isinstance(text, str) else ()
                    assert set(names) <= framework.calls.keys()


def test_a_schedule_without_a_class_anywhere_says_so() -> None:
    found = explain_name("rex")
    assert not any(call.own for call in found.calls)
    assert found.without == ("Transformers", "Optax", "timm")


def test_what_has_no_place_on_a_line_is_written_by_a_command() -> None:
    (run,) = load("callback")
    made = written_out(run, "keras")
    assert made is not None
    assert made.call == "lrplot export callback --to keras"
    assert written_out(run, "timm") is None


def test_plateau_is_called_in_the_documents_frameworks() -> None:
    found = {call.framework: call for call in explain_name("plateau").calls}
    assert found["pytorch"].call == "ReduceLROnPlateau(optimizer)"
    assert found["keras"].call.startswith("ReduceLROnPlateau(monitor='val_loss'")


def test_optimizers_first_updates_are_the_measured_ones() -> None:
    # DOCUMENTS.md §4: torch and Keras run live with the documents' rates, gradient 0.5.
    first = {
        name: {title: round(-each[0], 5) for title, each in first_updates(name)}
        for name in ("adagrad", "rmsprop")
    }
    assert first == {
        "adagrad": {"PyTorch": 0.01, "Keras": 0.00845},
        "rmsprop": {"PyTorch": 0.1, "Keras": 0.03162},
    }


def test_every_optimizer_is_called_in_both_frameworks() -> None:
    for each in everything(["adaptive"]):
        assert [call.framework for call in each.calls] == ["pytorch", "keras"]
    keras = explain_name("adam").calls[1]
    assert (keras.call, keras.same) == ("keras.optimizers.Adam(learning_rate=0.001)", True)


def test_a_spec_is_told_as_the_combination_it_is() -> None:
    (run,) = load("get_cosine_schedule_with_warmup(optimizer, 1000, 10000)")
    found = explain_run(run)
    assert found.kind == "warmup_cosine"
    values = {each.name: each.value for part in found.parts for each in part.parameters}
    assert (values["steps"], values["T_max"], values["lr"]) == ("1000", "9000", "0.1")
    assert explain_run(load("epochwise")[0]).kind == "epochwise"
    assert explain_run(load("step")[0]).kind == "step"


def test_frameworks_are_named_in_any_of_their_names() -> None:
    assert known_frameworks("torch, tf,pytorch") == ("pytorch", "keras")
    with pytest.raises(UsageError, match="no framework 'mxnet'; known are pytorch, keras"):
        known_frameworks("pytorch,mxnet")
    with pytest.raises(UsageError, match="no framework"):
        known_frameworks(" ,")


def test_the_longest_run_there_is_has_calls() -> None:
    run = Run("cosine", Cosine(lr=0.1, T_max=2.0**53), 2**53)
    (call,) = calls(run, ["pytorch"])
    assert call.call.startswith("CosineAnnealingLR(")
    assert call.same is True
