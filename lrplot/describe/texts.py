"""Text in the languages of the readers, and the words that the pages themselves are made of."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, get_args

from lrplot.errors import UsageError

Language = Literal["en", "zh"]


class Text(NamedTuple):
    """The same in English and in Chinese."""

    en: str
    zh: str

    def said(self, language: Language) -> str:
        """It in one of them."""
        return self.zh if language == "zh" else self.en


def language(name: str) -> Language:
    """The language called ``name``.

    Raises
    ------
    UsageError
        When the pages are not written in it.
    """
    for each in get_args(Language):
        if name == each:
            found: Language = each
            return found
    raise UsageError(f"--lang must be one of {', '.join(get_args(Language))}, got '{name}'")


WORDS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "also called": Text("also called: {}", "又称：{}"),
        "formula": Text("Formula", "公式"),
        "parameters": Text("Parameters", "参数"),
        "parameters of": Text("Parameters of {}", "{} 的参数"),
        "name": Text("name", "名称"),
        "value": Text("value", "取值"),
        "default": Text("default", "默认值"),
        "range": Text("range", "范围"),
        "unit": Text("unit", "单位"),
        "meaning": Text("what it is", "含义"),
        "phases": Text("Step by step", "逐段说明"),
        "roughly": Text(
            "Step by step, roughly: nothing is known of it between a few steps",
            "逐段说明（粗略）：步数太多，只看了其中几步",
        ),
        "advice": Text("When to use it", "何时使用"),
        "strengths": Text("strengths", "优点"),
        "weaknesses": Text("weaknesses", "缺点"),
        "use": Text("use it", "适用"),
        "avoid": Text("not for", "不适用"),
        "cautions": Text("Take care", "注意"),
        "knots": Text("breaks", "转折点"),
        "confused": Text("not to be confused with", "勿与混淆"),
        "source": Text("source", "出处"),
        "about": Text("About it", "说明"),
        "calls": Text("In the frameworks", "各框架的调用"),
        "elsewhere": Text("no class for it in {}", "{} 没有对应的类"),
        "stand-in": Text("no class of its own; this is what does the same", "没有对应的类；可以这样写"),
        "here": Text("here: {}", "此处：{}"),
        "drawn": Text("drawn with: {}", "绘图所用：{}"),
        "effective": Text(
            "Effective rate |Δθ| / |g| under a gradient of {}", "梯度恒为 {} 时的有效学习率 |Δθ| / |g|"
        ),
        "first updates": Text("First updates under a gradient of {}", "梯度恒为 {} 时的前几次更新"),
        "family": Text("family", "类别"),
        "shape": Text("shape", "形状"),
        "typically": Text("typical use", "典型应用"),
        "steps": Text("steps", "步"),
        "rate": Text("rate", "学习率"),
        "number": Text("number", "数"),
        "yes or no": Text("yes or no", "是或否"),
        "expression": Text("expression", "表达式"),
        "schedule": Text("schedule", "调度"),
        "rules": Text("rules", "规则"),
        "choice": Text("choice", "选项"),
        "required": Text("required", "必填"),
        "base rate": Text("the base rate", "基础学习率"),
        "whole length": Text("the whole run", "全程"),
        "the run's": Text("the run's", "取自训练设置"),
        "none": Text("none", "无"),
        "same": Text("●  the same curve", "●  曲线相同"),
        "other": Text("○  another curve", "○  曲线不同"),
    }
)


def word(name: str, language: Language) -> str:
    """A word of the pages."""
    return WORDS[name].said(language)
