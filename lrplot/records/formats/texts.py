"""Formats of printed lines: a pattern each, and which update a line belongs to."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from lrplot.records.cells import Values
from lrplot.records.formats.format import OF_ROW, WHOLE, Format
from lrplot.records.formats.tables import _skipped
from lrplot.records.forms.lines import RATE, by_group
from lrplot.records.log import BY_NUMBER, JUST_MADE, NEXT, Convention, Log
from lrplot.records.table import Table

_STEPPED: Final = Convention(0, "a row has the next update's rate, updates counted from 1")


def _pattern(text: str, flags: int = 0) -> re.Pattern[str]:
    return re.compile(text.replace("RATE", RATE), flags)


def _within_epochs(first: int) -> Callable[[Table], Table]:
    """Counts through epochs whose first has the number ``first``, each of ``length`` batches."""

    def placed(table: Table) -> Table:
        epoch, inner, length = (table.column(name) for name in ("epoch", "inner", "length"))
        steps = (epoch.numbers - first) * length.numbers + inner.numbers
        return table.with_column("step", Values(epoch.rows, steps))

    return placed


def _with_total(log: Log, table: Table) -> Log:
    totals = table.columns["total"].numbers
    return replace(log, total=int(totals[-1])) if totals[-1] < 2**53 else log


MMENGINE_ITER: Final = Format(
    "the text that MMEngine prints",
    conventions=(JUST_MADE, BY_NUMBER),
    finish=_with_total,
    pattern=_pattern(r"Iter\(train\) *\[ *(?P<step>\d+)/ *(?P<total>\d+)\][^\n]*?\blr: (?P<lr>RATE)"),
    sign=b"Iter(train)",
)
MMENGINE_EPOCH: Final = Format(
    "the text that MMEngine prints",
    conventions=(JUST_MADE, BY_NUMBER),
    prepare=_within_epochs(1),
    pattern=_pattern(
        r"Epoch\(train\) *\[ *(?P<epoch>\d+)\]\[ *(?P<inner>\d+)/ *(?P<length>\d+)\][^\n]*?\blr: (?P<lr>RATE)"
    ),
    sign=b"Epoch(train)",
)
MMCV_EPOCH: Final = Format(
    "the text that mmcv prints",
    conventions=(JUST_MADE, BY_NUMBER),
    prepare=_within_epochs(1),
    pattern=_pattern(
        r"Epoch *\[ *(?P<epoch>\d+)\]\[ *(?P<inner>\d+)/ *(?P<length>\d+)\][^\n]*?\blr: (?P<lr>RATE)"
    ),
    sign=b"Epoch",
)
MMCV_ITER: Final = Format(
    "the text that mmcv prints",
    conventions=(JUST_MADE, BY_NUMBER),
    finish=_with_total,
    pattern=_pattern(r"Iter *\[ *(?P<step>\d+)/ *(?P<total>\d+)\][^\n]*?\blr: (?P<lr>RATE)"),
    sign=b"Iter",
)
MEGATRON: Final = Format(
    "the text that Megatron-LM prints",
    conventions=(_STEPPED, JUST_MADE),
    finish=_with_total,
    pattern=_pattern(r"iteration +(?P<step>\d+) */ *(?P<total>\d+) *\|[^\n]*?\blearning rate: *(?P<lr>RATE)"),
    sign=b"learning rate: ",
)
DEEPSPEED: Final = Format(
    "the text that DeepSpeed prints",
    conventions=(_STEPPED, JUST_MADE, NEXT),
    printed=WHOLE,
    finish=_skipped,
    pattern=re.compile(r"\bstep=(?P<step>\d+), skipped=(?P<skipped>\d+), lr=\[(?P<rates>[^\]\n]*)\]"),
    sign=b", skipped=",
)
FAIRSEQ: Final = Format(
    "the text that fairseq prints",
    conventions=(_STEPPED, JUST_MADE),
    printed={"digits": 6},
    pattern=_pattern(
        r"^(?=[^\n]*?(?<![\w])num_updates\"?[:=] *\"?(?P<step>\d+))"
        r"[^\n]*?(?<![\w])lr\"?[:=] *\"?(?P<lr>RATE)",
        re.MULTILINE,
    ),
    sign=b"num_updates",
)
PADDLENLP: Final = Format(
    "the text that PaddleNLP prints",
    conventions=(_STEPPED, JUST_MADE),
    printed=WHOLE,
    pattern=_pattern(r"\blearning_rate: (?P<lr>RATE), global_step: (?P<step>\d+)"),
    sign=b", global_step: ",
)
MLX: Final = Format(
    "the text that mlx-lm prints",
    conventions=(JUST_MADE, BY_NUMBER),
    pattern=_pattern(r"\bIter (?P<step>\d+): [^\n]*?\bLearning Rate (?P<lr>RATE)"),
    sign=b"Learning Rate ",
)
OPENNMT: Final = Format(
    "the text that OpenNMT prints",
    conventions=(_STEPPED, JUST_MADE),
    finish=_with_total,
    pattern=_pattern(r"\bStep +(?P<step>\d+)/ *(?P<total>\d+);[^\n]*?\blr: *(?P<lr>RATE)"),
    sign=b"Step",
)
TIMM: Final = Format(
    "the text that timm prints",
    conventions=(BY_NUMBER, NEXT),
    prepare=_within_epochs(0),
    pattern=_pattern(
        r"\bTrain: *(?P<epoch>\d+) *\[ *(?P<inner>\d+)/ *(?P<length>\d+)[^\n]*?\bLR: *(?P<lr>RATE)"
    ),
    sign=b"LR: ",
)
TORCH: Final = Format(
    "the lines that a scheduler of PyTorch prints",
    unit="rows",
    conventions=(Convention(0, "a row has the rate after so many scheduler.step(), from 0"),),
    prepare=by_group,
    pattern=_pattern(r"[Aa]djusting learning rate of group (?P<group>\d+) to (?P<lr>RATE)"),
    sign=b"djusting learning rate of group",
)
_COUNT = (
    r"(?:global[_ ]?step|steps?|iter(?:ation)?s?|updates?)\b[\"']?[ \t]*"
    r"[:=#|\[(]*[ \t]*(?P<step>\d+)(?![\d.%])"
)
_NAME = r"(?<![\w\-])(?:[\w./\-]*[/_.])?(?:lr|learning[_ ]?rate)[\"']?[ \t]*[:=|]*[ \t]*[\[(\"']*(?P<lr>RATE)"
STEP_FIRST: Final = Format(
    "lines with a step and a rate",
    pattern=_pattern(rf"(?<![\w\-]){_COUNT}[^\n]*?{_NAME}", re.IGNORECASE),
)
RATE_FIRST: Final = Format(
    "lines with a rate and a step",
    pattern=_pattern(rf"{_NAME}[^\n]*?(?<![\w\-]){_COUNT}", re.IGNORECASE),
)
RATE_ONLY: Final = Format(
    "lines with a rate",
    unit="rows",
    least=2,
    conventions=(OF_ROW,),
    pattern=_pattern(_NAME, re.IGNORECASE),
)
