"""What a shell completes: the values of options, by what the command line already says."""

import os
from unittest import mock

import pytest

from lrplot.__main__ import run


@pytest.mark.parametrize(
    ("words", "wanted", "others"),
    [
        ("export cosine --to op", {"optax"}, set()),
        ("render cosine --theme ", {"light", "dark", "print"}, {"linear"}),
        ("render cosine -f c", {"chart", "csv"}, {"png"}),
        ("render cosine --yscale l", {"linear", "log"}, set()),
        ("compare cosine --as pytorch,ke", {"pytorch,keras"}, set()),
        ("lint cosine --select LR001,LR00", {"LR001,LR009"}, {"LR001,LR010"}),
        ("render sft.yaml --trainer tor", {"torchtune"}, {"trl"}),
        ("recommend --task v", {"vision"}, {"nlp"}),
        ("at cosine --set e", {"eta_min=", "exponent=", "epochs="}, {"lr="}),
        ("at configs/warmup_cosine.yaml --set w", {"warmup.steps="}, set()),
        ("explain LR00", {"LR004"}, {"LR010"}),
    ],
)
def test_the_value_of_an_option_is_completed(
    capsys: pytest.CaptureFixture[str], words: str, wanted: set[str], others: set[str]
) -> None:
    asked = {
        "_LRPLOT_COMPLETE": "complete_bash",
        "COMP_WORDS": f"lrplot {words}",
        "COMP_CWORD": str(len(f"lrplot {words}".split(" ")) - 1),
    }
    with mock.patch.dict(os.environ, asked):
        run([])
    found = set(capsys.readouterr().out.split())
    assert wanted <= found
    assert not others & found
