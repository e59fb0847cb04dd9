"""Parameter groups: one run whose parameters have several rates, from every front end to every view."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from command import lrplot as command

import lrplot
from lrplot.document.dump import dump
from lrplot.document.overrides import Overrides, Said
from lrplot.errors import LrplotError
from lrplot.exports.code import export
from lrplot.exports.grouped import groups_of
from lrplot.run import Group, Run, spread
from lrplot.sources.reference import load, load_text

SPEC = """
lr: 0.1
steps: 200
schedule: {type: cosine, eta_min: 0.001, warmup: {steps: 100}}
groups:
  head: 1
  backbone: 0.5
  neck: 0.5
  norm: {lr: 0.01}
  scaled: {scale: 0.1}
  bias: {type: constant, lr: 0.03}
  frozen: 0
"""


def one(text: str) -> Run:
    (run,) = load_text(text, "it.yaml", "it")
    return run


def rates(run: Run, *steps: int) -> dict[str, list[float]]:
    return {group.label: group.schedule(list(steps)).tolist() for group in run.groups}


def test_a_factor_and_a_rate_are_of_the_base_rate_and_a_scale_is_of_the_floor_too() -> None:
    # Half a cosine from 100 on: in the middle of it the mean of peak and floor.
    found = rates(one(SPEC), 50, 150)
    assert found.pop("frozen") == [0, 0]
    expected = {
        "head": [0.05, (0.1 + 0.001) / 2],
        "backbone": [0.025, (0.05 + 0.001) / 2],
        "neck": [0.025, (0.05 + 0.001) / 2],
        "norm": [0.005, (0.01 + 0.001) / 2],
        "scaled": [0.005, (0.01 + 0.0001) / 2],
        "bias": [0.03, 0.03],
    }
    assert found == {name: pytest.approx(values) for name, values in expected.items()}


def test_groups_of_one_rate_are_one_curve_and_the_schedules_own_is_the_first() -> None:
    run = one(SPEC)
    assert [each.label for each in spread([run])] == [
        "head",
        "backbone, neck",
        "norm",
        "scaled",
        "bias",
        "frozen",
    ]
    assert spread([run])[0].schedule == run.schedule
    assert [each.label for each in spread([run, one("lr: 1\nsteps: 9\nschedule: step")])][
        1
    ] == "it, backbone, neck"


def test_many_groups_of_one_rate_are_counted() -> None:
    schedule = lrplot.Constant(lr=1.0)
    groups = tuple(Group(f"layer {i}", schedule) for i in range(12))
    assert [each.label for each in spread([Run("it", schedule, 9, groups=groups)])] == [
        "layer 0 … layer 11 (12 groups)"
    ]


def test_the_rates_that_stand_in_the_schedule_itself_are_base_rates_too() -> None:
    run = one(
        "steps: 20\nschedule:\n- {type: constant, lr: 0.1, for: 10}\n- {type: constant, lr: 0.01}\n"
        "groups: {half: 0.5}"
    )
    assert rates(run, 0, 10) == {"half": [0.05, 0.005]}


def test_a_frameworks_call_is_read_again_with_the_groups_rate() -> None:
    # The floor is a share of the optimizer's rate, not a rate of its own.
    run = one(
        'lr: 0.1\nsteps: 100\nschedule: "get_cosine_with_min_lr_schedule_with_warmup(optimizer, 0, 100, '
        'min_lr_rate=0.1)"\ngroups: {low: 0.5}'
    )
    assert rates(run, 0, 100) == {"low": [0.05, pytest.approx(0.005)]}


@pytest.mark.parametrize("update", ["step", "epoch"])
def test_a_round_trip_keeps_the_groups(update: str) -> None:
    run = one(
        SPEC + f"steps_per_epoch: 2\nupdate: {update}\n".replace("steps_per_epoch: 2", "steps_per_epoch: 1")
    )
    again = one(dump([run]))
    assert again.groups == run.groups
    written = dump([run])
    assert "backbone: 0.5\n" in written
    assert "head: 1\n" in written
    assert "scale: 0.1\n" in written


def test_each_of_several_schedules_may_have_groups_of_its_own() -> None:
    found = load_text(
        "lr: 0.1\nsteps: 9\ngroups: {low: 0.5}\nschedules:\n"
        "  one: {type: constant}\n  other: {type: constant, groups: {high: 2}}\n",
        "it.yaml",
        "it",
    )
    assert [rates(run, 0) for run in found] == [{"low": [0.05]}, {"high": [0.2]}]
    again = load_text(dump(found), "it.yaml", "it")
    assert [run.groups for run in again] == [run.groups for run in found]


def test_a_group_is_set_swept_and_added_from_the_command_line() -> None:
    said = Overrides(changes=(Said("groups.backbone", "0.2", "--set"),))
    (run,) = load("cosine", said)
    assert rates(run, 0) == {"backbone": [pytest.approx(0.02)]}
    swept = Overrides(sweep=(Said("groups.backbone", "0.2,0.5", "--sweep"),))
    assert [rates(each, 0)["backbone"] for each in load("cosine", swept)] == [
        [pytest.approx(0.02)],
        [pytest.approx(0.05)],
    ]


PARAMS = "opt = SGD([{'params': a, 'lr': 0.01, 'name': 'backbone'}, {'params': b}], lr=0.1)\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Two rates under one floor: half way down each is the mean of its own rate and the floor.
        (
            PARAMS + "s = CosineAnnealingLR(opt, T_max=10, eta_min=0.002)",
            {"backbone": [0.01, 0.006], "group 1": [0.1, 0.051]},
        ),
        (
            PARAMS + "s = LambdaLR(opt, [lambda e: 0.5 ** e, lambda e: 1.0])",
            {"backbone": [0.01, 0.0003125], "group 1": [0.1, 0.1]},
        ),
        (
            "LambdaLR(opt, [lambda e: 1.0, lambda e: 1 / (e + 1)])",
            {"group 0": [0.1, 0.1], "group 1": [0.1, 0.1 / 6]},
        ),
        # Five of the fifteen steps up are a third of the way.
        (
            "CyclicLR(opt, base_lr=[0.1, 0.01], max_lr=[0.4, 0.04], step_size_up=15)",
            {"group 0": [0.1, 0.2], "group 1": [0.01, 0.02]},
        ),
        (
            "OneCycleLR(opt, max_lr=[0.1, 0.01], total_steps=20)",
            {"group 0": [0.004, 0.1], "group 1": [0.0004, 0.01]},
        ),
    ],
)
def test_parameter_groups_of_pytorch_are_groups_of_one_run(
    text: str, expected: dict[str, list[float]]
) -> None:
    (run,) = load(text)
    assert rates(run, 0, 5) == {name: pytest.approx(values) for name, values in expected.items()}
    again = one(dump([run]))
    assert [group.label for group in again.groups] == list(expected)
    steps = np.arange(11)
    for group, other in zip(run.groups, again.groups, strict=True):
        assert np.array_equal(group.schedule(steps), other.schedule(steps))


def test_groups_that_only_a_model_knows_are_asked_for() -> None:
    """None of them has the optimizer's 0.1."""
    script = (
        "groups = []\nfor name, p in model.named_parameters():\n"
        "    groups.append({'params': [p], 'lr': 1e-4 if 'backbone' in name else 1e-3})\n"
        "opt = SGD(groups, lr=0.1)\ns = StepLR(opt, 5)\nfor e in range(10):\n    opt.step()\n    s.step()\n"
    )
    with pytest.raises(LrplotError, match="--let groups="):
        load(script)
    (run,) = load(script, Overrides(bindings={"groups": "[{'lr': 1e-4}, {'lr': 1e-3}]"}))
    assert [float(group.schedule(0)) for group in run.groups] == [1e-4, 1e-3]
    (run,) = load(script, Overrides(settings={"lr": "0.1"}))
    assert any("parameter groups SGD has is not known here" in note for note in run.notes)


def test_layers_that_a_loop_lists_are_groups() -> None:
    (run,) = load(
        "groups = [{'params': layer(i), 'lr': 0.1 * 0.5 ** (3 - i)} for i in range(3)]\n"
        "groups.append({'params': head})\nopt = SGD(groups, lr=0.1)\ns = StepLR(opt, 5)\n"
        "for e in range(10):\n    opt.step()\n    s.step()\n"
    )
    assert [float(group.schedule(0)) for group in run.groups] == [0.0125, 0.025, 0.05, 0.1]


def test_lists_of_two_lengths_are_refused() -> None:
    with pytest.raises(LrplotError, match="lists of 2 and of 3"):
        load("CyclicLR(opt, base_lr=[0.1, 0.01], max_lr=[1, 2, 3])")


def test_a_range_of_noise_is_no_list_of_groups() -> None:
    both = "opt = SGD([{'params': a}, {'params': b}], lr=0.1)\n"
    call = "CosineLRScheduler(opt, t_initial=20, noise_range_t=[5, 9])"
    for text in (call, both + "s = " + call):
        (run,) = load(text, Overrides({"steps": "20", "lr": "0.1"}))
        # Shaken from 5 on and until 9; a single number would shake to the end.
        plain = load("CosineLRScheduler(opt, t_initial=20)", Overrides({"steps": "20", "lr": "0.1"}))[0]
        apart = np.flatnonzero(run.schedule.table(20) != plain.schedule.table(20))
        assert run.groups == ()
        assert apart.tolist() == [5, 6, 7, 8]


def test_groups_in_a_call_of_a_spec_are_told_where_they_belong() -> None:
    call = PARAMS.replace("\n", "; ") + "s = StepLR(opt, 5)"
    with pytest.raises(LrplotError, match="write them as 'groups' of the spec"):
        one(f'steps: 9\nschedule: "{call}"')


def test_every_view_has_the_groups(tmp_path: Path) -> None:
    (tmp_path / "it.yaml").write_text(SPEC)

    def said(*arguments: str) -> str:
        done = command(*arguments, cwd=tmp_path, env={"COLUMNS": "120"})
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    rows = list(csv.reader(said("render", "it.yaml", "-f", "csv").splitlines()))
    names = ["head", "backbone, neck", "norm", "scaled", "bias", "frozen"]
    assert rows[0] == ["step", *names]
    assert [float(cell) for cell in rows[51]] == pytest.approx([50, 0.05, 0.025, 0.005, 0.005, 0.03, 0])
    table = said("render", "it.yaml", "-f", "table", "--at", "50").splitlines()
    assert table[1].split() == ["step", "head", "backbone,", "neck", "norm", "scaled", "bias", "frozen"]
    assert table[2].split() == ["50", "0.05", "0.025", "0.005", "0.005", "0.03", "0"]
    curves = json.loads(said("render", "it.yaml", "-f", "json", "--at", "50"))["curves"]
    assert [(each["label"], each["lr"]) for each in curves][1] == ("backbone, neck", [0.025])
    for arguments in (("render", "it.yaml", "-f", "chart"), ("at", "it.yaml", "50"), ("explain", "it.yaml")):
        assert "backbone, neck" in said(*arguments), arguments
    assert "it, bias" in said("compare", "it.yaml", "step", "-f", "table")
    assert lrplot.at(str(tmp_path / "it.yaml"), 50)["bias"].lr == (0.03,)
    assert len(lrplot.compare(str(tmp_path / "it.yaml"))) == len(names)
    axes = lrplot.figure(str(tmp_path / "it.yaml")).axes[0]
    assert len(axes.get_lines()) == len(names)
    assert axes.get_title(loc="left") == "it"


def test_diff_compares_groups_of_one_name(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "lr: 0.1\nsteps: 9\nschedule: {type: constant}\ngroups: {low: 0.5, old: 2}\n"
    )
    (tmp_path / "b.yaml").write_text(
        "lr: 0.1\nsteps: 9\nschedule: {type: constant}\ngroups: {low: 0.2, all: 1}\n"
    )
    done = command("diff", "a.yaml", "b.yaml", "-f", "json", cwd=tmp_path)
    found = json.loads(done.stdout)
    assert done.returncode == 1
    assert [(each["label"], each["same"]) for each in found["pairs"]] == [("a", True), ("a, low", False)]
    assert found["only"] == [{"side": "a", "label": "a, old"}]


def test_lint_tells_of_a_group_what_its_own_schedule_does(tmp_path: Path) -> None:
    (tmp_path / "it.yaml").write_text(
        "lr: 0.1\nsteps: 100\nschedule: {type: cosine}\n"
        "groups: {low: 0.5, off: 0, up: {type: cosine, T_max: 50, after: rise}}\n"
    )
    found = lrplot.lint(str(tmp_path / "it.yaml"))
    assert [(each["code"], each["schedule"]) for each in found] == [("LR001", "it, up")]


SHARED = "lr: 0.1\nsteps: 90\nschedule: {type: step, step_size: 30}\ngroups: {low: 0.5, off: 0}\n"
EACH = (
    "lr: 0.1\nsteps: 50\nschedule: {type: cosine, eta_min: 1e-3, warmup: {steps: 5}}\n"
    "groups: {head: 1, low: 0.5, neck: {scale: 0.1}, 'layer \"1\"': {type: constant, lr: 0.02}, off: 0}\n"
)
BY_EPOCH = (
    "lr: 0.1\nepochs: 6\nsteps_per_epoch: 3\nupdate: epoch\nschedule: {type: cosine}\ngroups: {low: 0.5}\n"
)


def runs_of(text: str) -> tuple[lrplot.Run, ...]:
    return load_text(text, "it.yaml", "it")


@pytest.mark.parametrize(
    ("text", "scheduler"), [(SHARED, "StepLR"), (EACH, "LambdaLR"), (BY_EPOCH, "CosineA")]
)
def test_exported_groups_are_read_back_as_they_are(text: str, scheduler: str) -> None:
    (run,) = runs_of(text)
    made = export(run, "pytorch")
    assert made.exact
    assert made.notes == ()
    assert f"lr_scheduler.{scheduler}" in made.code
    again = lrplot.parse(made.code, steps_per_epoch=run.steps_per_epoch)
    for group in run.groups:
        read = again.of_group(group.label)
        assert read is not None
        assert read.schedule(range(run.steps)) == pytest.approx(group.schedule(range(run.steps)), abs=1e-12)


@pytest.mark.live
@pytest.mark.parametrize("text", [SHARED, EACH, BY_EPOCH])
def test_exported_groups_train_at_their_rates(text: str) -> None:
    (run,) = runs_of(text)
    used: list[list[float]] = []
    watched = export(run, "pytorch").code.replace(
        "optimizer.step()", "USED.append([group['lr'] for group in optimizer.param_groups]), optimizer.step()"
    )
    exec(watched, {"USED": used})  # noqa: S102 (our own code)
    assert len(used) == run.steps
    own = [group.schedule(range(run.steps)) for group in groups_of(run)]
    assert pytest.approx(np.array(own), abs=1e-12) == np.array(used).T


def test_export_says_which_groups_a_framework_of_one_rate_cannot_have() -> None:
    (run,) = runs_of(SHARED)
    made = export(run, "keras")
    assert not made.exact
    assert any("one rate for all parameters: that of low, off is not in it" in note for note in made.notes)


def test_the_momentum_that_one_function_for_each_group_cannot_move_is_said() -> None:
    (run,) = runs_of("lr: 0.1\nsteps: 100\nschedule: {type: onecycle, max_lr: 0.1}\ngroups: {low: 0.5}\n")
    made = export(run, "pytorch")
    assert not made.exact
    assert made.notes == ("the momentum that moves with the rate is not in it",)
