"""fairseq, ESPnet and SpeechBrain: the rates of their schedulers."""

from typing import Any

import pytest
from known_rates import agrees, rows

from lrplot.errors import LrplotError
from lrplot.trainers.facts import Facts, MissingFactsError
from lrplot.trainers.form import Form
from lrplot.trainers.forms import forms_of
from lrplot.trainers.registry import read_training, recognised, trainer
from lrplot.trainers.training import Training

RUN = [row for _, row in rows("speech_fairseq.jsonl")]


def of_row(row: dict[str, Any]) -> Training:
    config, facts = row["config"], Facts(steps=row["extra"]["updates"])
    if isinstance(config, str):
        found = read_training(f"fairseq-train data {config}", row["id"], facts)
        assert found is not None
        assert found[0].name == "fairseq"
        return found[2]
    return trainer(row["format"]).training(Form(row["id"], "mapping", config), facts)


@pytest.mark.parametrize("row", RUN, ids=[row["id"] for row in RUN])
def test_a_scheduler_has_the_rates_it_was_seen_to_have(row: dict[str, Any]) -> None:
    agrees(of_row(row), row)


def fairseq(flags: str) -> Training:
    found = read_training(f"fairseq-train data {flags}", "it", Facts())
    assert found is not None
    return found[2]


def test_a_cosine_of_several_cycles_shrinks() -> None:
    flags = (
        "--lr 1 --lr-scheduler cosine --warmup-updates 2 --max-update 42 --lr-period-updates 10 --t-mult 2"
    )
    found = fairseq(f"{flags} --min-lr 0.1 --lr-shrink 0.5").schedule
    # The warm-up begins at min_lr; the second cycle is twice as long and half as high.
    assert found([0, 2, 7, 12, 22]).tolist() == pytest.approx([0.1, 1, 0.55, 0.5, 0.275])


def test_what_fairseq_cannot_do_is_refused() -> None:
    with pytest.raises(LrplotError, match="'manual' is not read"):
        fairseq("--lr 1 --lr-scheduler manual --max-update 9")
    with pytest.raises(LrplotError, match="must be smaller than lr"):
        fairseq("--lr 1e-3 --lr-scheduler cosine --min-lr 1 --max-update 9")
    # Its first versions had the peak there and the floor in lr.
    with pytest.raises(LrplotError, match=r"write --lr 0\.001 and leave out --max-lr"):
        fairseq("--lr 1e-7 --max-lr 0.001 --lr-scheduler cosine --min-lr 1e-9 --max-update 9")
    with pytest.raises(MissingFactsError) as asked:
        fairseq("--lr 1e-3 --lr-scheduler inverse_sqrt --warmup-updates 9")
    assert asked.value.names == ("steps",)


def test_espnets_noam_has_the_models_size() -> None:
    conf = {"warmup_steps": 4, "model_size": 100}
    values = {"optim": "adam", "optim_conf": {"lr": 10}, "scheduler": "noamlr", "scheduler_conf": conf}
    found = trainer("espnet").training(Form("it", "mapping", values), Facts(steps=9)).schedule
    # lr · size^-½ · min(s^-½, s · w^-1½)
    assert found([0, 3, 8]).tolist() == pytest.approx([1 / 8, 1 / 2, 1 / 3])


def test_speechbrain_refers_and_computes() -> None:
    text = "lr: 0.5\nwarm: 4\nnoam: !new:speechbrain.nnet.schedulers.NoamScheduler\n"
    (form,) = forms_of(text + "    lr_initial: !ref <lr> * 2\n    n_warmup_steps: !ref <warm>\n", "it")
    assert [each.name for each in recognised(form)] == ["speechbrain"]
    found = trainer("speechbrain").training(form, Facts(steps=20)).schedule
    assert found([0, 1, 4, 16]).tolist() == pytest.approx([0.5, 0.25, 1, 0.5])


def test_speechbrains_newbob_follows_a_metric() -> None:
    (form,) = forms_of("a: !new:speechbrain.nnet.schedulers.NewBobScheduler\n    initial_value: 1\n", "it")
    with pytest.raises(LrplotError, match="follow a metric"):
        trainer("speechbrain").training(form, Facts(steps=20))
