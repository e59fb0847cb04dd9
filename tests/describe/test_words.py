"""What is told in words is there for every schedule and optimizer, in both languages, and is true."""

import re

import pytest

from lrplot.describe.advice import ADVICE, FAMILIES, Advice
from lrplot.describe.docstring import page_of
from lrplot.describe.notation import latex, plain
from lrplot.describe.parameters import parameters_of
from lrplot.optimizers import TYPES as OPTIMIZERS
from lrplot.schedules import CATALOGUE, TYPES, schedule_class
from lrplot.schedules.formula import Equation
from lrplot.sources.reference import parse
from lrplot.texts import Text, table
from lrplot.texts import chinese_parameter as chinese

CLASSES = {name: schedule_class(name) for name in TYPES} | dict(OPTIMIZERS)
HAN = re.compile(r"[\u4e00-\u9fff]")


def texts(advice: Advice) -> list[Text]:
    return [advice.strengths, advice.weaknesses, advice.use, advice.avoid, *advice.cautions]


def test_every_name_and_optimizer_has_its_advice_and_nothing_else_has() -> None:
    assert set(ADVICE) == set(CATALOGUE) | set(OPTIMIZERS)
    assert {entry.family for entry in CATALOGUE.values()} | {"adaptive"} == set(FAMILIES)


@pytest.mark.parametrize("name", ADVICE)
def test_advice_is_told_in_both_languages(name: str) -> None:
    advice = ADVICE[name]
    for text in texts(advice):
        assert text.en
        assert not HAN.search(text.en)
        assert HAN.search(text.zh)
    assert HAN.search(advice.summary.zh)
    # A class says in its docstring what it is; only what has none says it here.
    assert bool(advice.summary.en) == (name not in CLASSES)


@pytest.mark.parametrize("name", CLASSES)
def test_a_docstring_says_what_a_schedule_is_and_gives_its_formula(name: str) -> None:
    page = page_of(CLASSES[name])
    assert page.summary.endswith(".")
    assert page.formula
    assert "``" not in page.summary + " ".join(page.text) + page.confused + page.source
    assert ">>>" not in " ".join(page.text)
    assert bool(page.confused) == bool(ADVICE[name].confused)
    assert page.knots or name in OPTIMIZERS


@pytest.mark.parametrize("name", CLASSES)
def test_every_parameter_is_told_in_both_languages_with_a_unit(name: str) -> None:
    for parameter in parameters_of(CLASSES[name]):
        assert parameter.text.endswith("."), parameter.name
        assert HAN.search(chinese(name, parameter.name)), parameter.name
        assert parameter.unit in table("words")
        assert parameter.default


@pytest.mark.parametrize("name", CLASSES)
def test_a_formula_in_latex_is_one_that_matplotlib_can_draw(name: str) -> None:
    from matplotlib.mathtext import MathTextParser

    model = CLASSES[name]
    lines = latex(model.equations)
    assert lines
    for line in lines:
        assert line.isascii()
        MathTextParser("path").parse(f"${line}$")


@pytest.mark.parametrize("name", CLASSES)
def test_the_docstring_tells_the_equations_that_the_pages_print(name: str) -> None:
    def words(lines: tuple[str, ...]) -> list[list[str]]:
        return [line.split() for line in lines]

    assert words(page_of(CLASSES[name]).formula) == words(plain(CLASSES[name].equations))


def test_what_binds_looser_stands_in_brackets() -> None:
    lines = [Equation("x", text) for text in ("a - (b - c)", "(a + b) * c", "a / (b * c)", "(-a) ** 2")]
    assert plain(lines) == ("x = a - (b - c)", "x = (a + b) · c", "x = a / (b · c)", "x = (-a)²")


def test_formulas_are_those_of_the_documents() -> None:
    def of(name: str) -> tuple[str, ...]:
        return latex(CLASSES[name].equations)

    def bare(text: str) -> str:
        return re.sub(r"\\left|\\right|\\,|\s", "", text)

    # 003:52, 003:77 and 003:97, in our names.
    assert bare(of("step")[0]) == bare(
        r"\eta_{t} = \eta_{0} \cdot \gamma^{\lfloor \frac{t}{\mathrm{step\_size}} \rfloor}"
    )
    assert bare(r"\eta_{0} \cdot \gamma^{\frac{t}{\mathrm{period}}}") in bare(of("exponential")[0])
    _, held, rising = of("cosine")
    assert bare(r"\frac{1}{2} ( 1 + \cos ( \frac{\pi t}{T_{\max}} ) )") in bare(rising)
    assert bare(r"\frac{1}{2} ( 1 + \cos ( \frac{\pi \min ( t,\ T_{\max} )}{T_{\max}} ) )") in bare(held)
    assert bare(of("adagrad")[2]) == bare(
        r"\Delta \theta = \frac{ - \eta_{t} \cdot g}{\sqrt{s + \epsilon}} \quad ( \text{rule: keras} )"
    )


def test_bounds_choices_and_defaults_are_read_from_the_fields() -> None:
    def of(name: str) -> dict[str, tuple[str, str]]:
        return {each.name: (each.default, each.range) for each in parameters_of(CLASSES[name])}

    assert of("onecycle")["pct_start"] == ("0.3", "≥ 0, ≤ 1")
    assert of("onecycle")["three_phase"] == ("false", "true, false")
    assert of("cosine")["after"] == ("hold", "hold, rise")
    assert of("cosine")["lr"] == ("base rate", "≥ 0")
    assert of("step")["step_size"][0] == "required"
    assert of("adam")["betas"] == ("0.9, 0.999", "≥ 0, < 1")
    assert of("adamw")["weight_decay"][0] == "0.01 (pytorch), 0.004 (keras)"
    assert of("callback")["rules[].window"] == ("5", "≥ 2, ≤ 1000")


def told(name: str, language: str = "en") -> str:
    return " ".join(getattr(caution, language) for caution in ADVICE[name].cautions)


def test_the_numbers_that_cautions_tell_are_what_comes_out() -> None:
    restarts = parse("CosineAnnealingWarmRestarts(optimizer, T_0=10, eta_min=0.001)", lr=0.1, steps=20)
    assert f"{restarts.schedule(9):.4f}" in told("cosine_restarts")
    code = "CosineAnnealingLR(optimizer, T_max=50)"
    assert parse(code, lr=0.1, steps=101).schedule(100) == pytest.approx(0.1)
    # Document 002's Keras class: the ramp over the running cosine.
    cosine = parse("keras.optimizers.schedules.CosineDecay(0.1, decay_steps=10000)", steps=10000)
    assert f"{cosine.schedule(1000):.4f}" in told("warmup_cosine")
    assert f"{0.1 * 999 / 1000:.4f}" in told("warmup_cosine")
    keras = parse("LearningRateScheduler(lambda epoch, lr: lr if epoch < 10 else lr * 0.1)", lr=0.1, steps=20)
    assert [round(float(keras.schedule(step)), 6) for step in (10, 11, 12)] == [0.01, 0.001, 0.0001]
    assert "0.01 at epoch 10, 0.001 at 11, 0.0001 at 12" in told("lambda")
    flat = [1.0] * 20
    for rule, steps in (("pytorch", "7, 13, 19"), ("keras", "6, 11, 16")):
        plateau = CLASSES["plateau"](lr=0.1, metrics=flat, patience=5, rule=rule)  # type: ignore[call-arg]
        assert ", ".join(str(change.step) for change in plateau.changes(20)) == steps  # type: ignore[attr-defined]
        assert steps in told("plateau")
        assert steps.replace(", ", "、") in told("plateau", "zh")
    assert f"{(512 * 4000) ** -0.5:.0e}".replace("e-0", "e-") in told("noam")
