"""The words a figure may hold, in the languages of the documents."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_ENGLISH: Final = {
    "learning rate": "learning rate",
    "steps": "step (optimizer updates)",
    "epoch": "epoch",
    "share": "share of the run",
    "momentum": "momentum",
    "metric": "metric",
    "effective rate": "effective rate |Δθ|/|g|",
    "update": "update Δθ",
    "weights": "weights θ",
    "expected loss": "expected loss",
    "log": "the same, log",
    "samples": "samples seen",
    "tokens": "tokens seen",
    "at steps": "{rate} at {step}",
    "at epoch": "{rate} at epoch {step}",
    "at share": "{rate} at {step}",
    "at samples": "{rate} at {step} samples",
    "at tokens": "{rate} at {step} tokens",
    "warm-up": "warm-up",
    "stable": "stable",
    "decay": "decay",
    "annihilation": "annihilation",
}

_SIMPLIFIED: Final = {
    "learning rate": "学习率",
    "steps": "步（优化器更新次数）",
    "epoch": "轮次",
    "share": "训练进度",
    "momentum": "动量",
    "metric": "指标",
    "effective rate": "有效学习率 |Δθ|/|g|",
    "update": "更新量 Δθ",
    "weights": "权重 θ",
    "expected loss": "期望损失",
    "log": "同上（对数）",
    "samples": "已见样本数",
    "tokens": "已见 token 数",
    "at steps": "{rate}（第 {step} 步）",
    "at epoch": "{rate}（第 {step} 轮）",
    "at share": "{rate}（{step} 处）",
    "at samples": "{rate}（{step} 个样本）",
    "at tokens": "{rate}（{step} 个 token）",
    "warm-up": "预热",
    "stable": "稳定",
    "decay": "衰减",
    "annihilation": "收尾",
    "constant": "恒定",
    "linear": "线性",
    "cosine": "余弦",
    "exponential": "指数",
    "polynomial": "多项式",
    "step": "阶梯",
    "multistep": "多步",
    "inverse_sqrt": "平方根倒数",
    "cosine_restarts": "热重启余弦",
}

_TRADITIONAL: Final = {
    "learning rate": "學習率",
    "steps": "步（優化器更新次數）",
    "epoch": "輪次",
    "share": "訓練進度",
    "momentum": "動量",
    "metric": "指標",
    "effective rate": "有效學習率 |Δθ|/|g|",
    "update": "更新量 Δθ",
    "weights": "權重 θ",
    "expected loss": "期望損失",
    "log": "同上（對數）",
    "samples": "已見樣本數",
    "tokens": "已見 token 數",
    "at steps": "{rate}（第 {step} 步）",
    "at epoch": "{rate}（第 {step} 輪）",
    "at share": "{rate}（{step} 處）",
    "at samples": "{rate}（{step} 個樣本）",
    "at tokens": "{rate}（{step} 個 token）",
    "warm-up": "預熱",
    "stable": "穩定",
    "decay": "衰減",
    "annihilation": "收尾",
    "constant": "恆定",
    "linear": "線性",
    "cosine": "餘弦",
    "exponential": "指數",
    "polynomial": "多項式",
    "step": "階梯",
    "multistep": "多步",
    "inverse_sqrt": "平方根倒數",
    "cosine_restarts": "熱重啟餘弦",
}

WORDS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {"en": _ENGLISH, "zh": _SIMPLIFIED, "zh-Hant": _TRADITIONAL}
)


def phase_word(words: Mapping[str, str], name: str) -> str:
    """A phase's name in these words; a schedule type's own name where there is none.

    >>> phase_word(WORDS["zh"], "warm-up"), phase_word(WORDS["en"], "cosine_restarts")
    ('预热', 'cosine restarts')
    """
    return words.get(name, name.replace("_", " "))
