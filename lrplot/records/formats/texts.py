"""Formats of printed lines: a pattern each, and which update a line belongs to."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from lrplot.records.cells import Values
from lrplot.records.formats.format import OF_ROW, WHOLE, Format
from lrplot.records.formats.tables import _skipped
from lrplot.records.forms.lines import GAP, RATE, Read, by_group, by_pattern, by_words
from lrplot.records.log import BY_NUMBER, JUST_MADE, NEXT, Convention, Log
from lrplot.records.table import Table

_STEPPED: Final = Convention(0, "a row has the next update's rate, updates counted from 1")


def _pattern(text: str, flags: int = 0) -> Read:
    return by_pattern(re.compile(text.replace("RATE", RATE).replace("GAP", GAP), flags))


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
    read=_pattern(r"Iter\(train\) *\[ *(?P<step>\d{1,18})/ *(?P<total>\d+)\]GAP\blr: (?P<lr>RATE)"),
    sign=b"Iter(train)",
)
MMENGINE_EPOCH: Final = Format(
    "the text that MMEngine prints",
    conventions=(JUST_MADE, BY_NUMBER),
    prepare=_within_epochs(1),
    read=_pattern(
        r"Epoch\(train\) *\[ *(?P<epoch>\d+)\]\[ *(?P<inner>\d+)/ *(?P<length>\d+)\]GAP\blr: (?P<lr>RATE)"
    ),
    sign=b"Epoch(train)",
)
MMCV_EPOCH: Final = Format(
    "the text that mmcv prints",
    conventions=(JUST_MADE, BY_NUMBER),
    prepare=_within_epochs(1),
    read=_pattern(r"Epoch *\[ *(?P<epoch>\d+)\]\[ *(?P<inner>\d+)/ *(?P<length>\d+)\]GAP\blr: (?P<lr>RATE)"),
    sign=b"Epoch",
)
MMCV_ITER: Final = Format(
    "the text that mmcv prints",
    conventions=(JUST_MADE, BY_NUMBER),
    finish=_with_total,
    read=_pattern(r"Iter *\[ *(?P<step>\d{1,18})/ *(?P<total>\d+)\]GAP\blr: (?P<lr>RATE)"),
    sign=b"Iter",
)
MEGATRON: Final = Format(
    "the text that Megatron-LM prints",
    conventions=(_STEPPED, JUST_MADE),
    finish=_with_total,
    read=_pattern(
        r"iteration +(?P<step>\d{1,18}) */ *(?P<total>\d+) *\|"
        r"GAP\blearning rate: *(?P<lr>RATE)"
    ),
    sign=b"learning rate: ",
)
DEEPSPEED: Final = Format(
    "the text that DeepSpeed prints",
    conventions=(_STEPPED, JUST_MADE, NEXT),
    printed=WHOLE,
    finish=_skipped,
    read=_pattern(
        r"\bstep=(?P<step>\d{1,18}), skipped=(?P<skipped>\d+), "
        r"lr=\[(?P<rates>[^\]\n]{0,4000})\]"
    ),
    sign=b", skipped=",
)
FAIRSEQ: Final = Format(
    "the text that fairseq prints",
    conventions=(_STEPPED, JUST_MADE),
    printed={"digits": 6},
    read=_pattern(
        r"^(?=GAP(?<![\w])num_updates\"?[:=] *\"?(?P<step>\d{1,18}))"
        r"GAP(?<![\w])lr\"?[:=] *\"?(?P<lr>RATE)",
        re.MULTILINE,
    ),
    sign=b"num_updates",
)
PADDLENLP: Final = Format(
    "the text that PaddleNLP prints",
    conventions=(_STEPPED, JUST_MADE),
    printed=WHOLE,
    read=_pattern(r"\blearning_rate: (?P<lr>RATE), global_step: (?P<step>\d{1,18})"),
    sign=b", global_step: ",
)
MLX: Final = Format(
    "the text that mlx-lm prints",
    conventions=(JUST_MADE, BY_NUMBER),
    read=_pattern(r"\bIter (?P<step>\d{1,18}): GAP\bLearning Rate (?P<lr>RATE)"),
    sign=b"Learning Rate ",
)
OPENNMT: Final = Format(
    "the text that OpenNMT prints",
    conventions=(_STEPPED, JUST_MADE),
    finish=_with_total,
    read=_pattern(r"\bStep +(?P<step>\d{1,18})/ *(?P<total>\d+);GAP\blr: *(?P<lr>RATE)"),
    sign=b"Step",
)
TIMM: Final = Format(
    "the text that timm prints",
    conventions=(BY_NUMBER, NEXT),
    prepare=_within_epochs(0),
    read=_pattern(r"\bTrain: *(?P<epoch>\d+) *\[ *(?P<inner>\d+)/ *(?P<length>\d+)GAP\bLR: *(?P<lr>RATE)"),
    sign=b"LR: ",
)
TORCH: Final = Format(
    "the lines that a scheduler of PyTorch prints",
    unit="rows",
    conventions=(Convention(0, "a row has the rate after so many scheduler.step(), from 0"),),
    prepare=by_group,
    read=_pattern(r"[Aa]djusting learning rate of group (?P<group>\d+) to (?P<lr>RATE)"),
    sign=b"djusting learning rate of group",
)
_RATE = re.compile(
    r"(?<![^\W_])(?<!-)(?<!min_)(?<!max_)(?<!end_)(?<!val_)(?<!init_)(?<!base_)"
    r"(?:lr|learning[_ ]?rate)[\"']?[ \t]{0,9}[:=|]{0,3}[ \t]{0,9}[\[(\"']{0,3}"
    rf"({RATE})"
)
_STEP = re.compile(
    r"(?<![^\W_])(?<!-)(?:step|steps|iter|iters|iteration|iterations|update|updates)(?![^\W_])(?!_)[\"']?"
    r"[ \t]{0,9}[:=#|\[(]{0,3}[ \t]{0,9}(\d{1,18})(?![\d.%])"
)
_WORDS = ("lr", "learning")
STEPS: Final = Format("lines with a step and a rate", read=by_words(_RATE, _STEP, _WORDS))
RATES: Final = Format(
    "lines with a rate", unit="rows", least=2, conventions=(OF_ROW,), read=by_words(_RATE, None, _WORDS)
)
