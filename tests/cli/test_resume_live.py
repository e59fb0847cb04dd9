"""What `lrplot resume` draws and notes, against PyTorch and Transformers that save and load their states."""

import json
from pathlib import Path
from typing import Any

import pytest
from command import lrplot

pytestmark = pytest.mark.live

LR, AT, TOTAL, LONGER = 0.1, 30, 80, 120
CALLS = {
    "CosineAnnealingLR(optimizer, T_max={})": "T_max",
    "LinearLR(optimizer, start_factor=1.0, end_factor=0.1, total_iters={})": "T_max",
    "PolynomialLR(optimizer, total_iters={}, power=2)": "T_max",
    "OneCycleLR(optimizer, max_lr=0.1, total_steps={})": "total_steps",
    "LambdaLR(optimizer, lambda t: 1 / (1 + t / {}))": "factor",
}


def resumed(call: str, *arguments: str) -> dict[str, list[float]]:
    """The curves that are drawn, by label."""
    lr = [] if call.startswith("OneCycle") else ["--lr", str(LR)]
    done = lrplot("resume", call, *lr, "--at", str(AT), *arguments, "-f", "json", cwd=Path.cwd())
    assert done.returncode == 0, done.stderr
    return {each["label"]: each["lr"] for each in json.loads(done.stdout)["curves"]}


class Training:
    """An optimizer and a scheduler of PyTorch, made, saved, loaded and run."""

    def __init__(self, call: str, *, loaded: "Training | None" = None, first: bool = False) -> None:
        """With the optimizer's state ``loaded`` after the scheduler is made, or ``first``."""
        import torch

        self.optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=LR)
        if loaded is not None and first:
            self.optimizer.load_state_dict(loaded.optimizer.state_dict())
            for group in self.optimizer.param_groups:
                group["lr"] = group["initial_lr"]
        known = {**vars(torch.optim.lr_scheduler), "optimizer": self.optimizer}
        self.scheduler: Any = eval(call, known)  # noqa: S307 (our own call)
        if loaded is not None and not first:
            self.optimizer.load_state_dict(loaded.optimizer.state_dict())

    def run(self, updates: int) -> list[float]:
        rates = []
        for _ in range(updates):
            rates.append(float(self.optimizer.param_groups[0]["lr"]))
            self.optimizer.step()
            self.scheduler.step()
        return rates


@pytest.mark.parametrize("call", CALLS)
def test_without_any_state_the_schedule_begins_again(call: str) -> None:
    drawn = resumed(call.format(TOTAL), "--steps", str(TOTAL))
    before = Training(call.format(TOTAL)).run(AT)
    assert drawn["state lost"] == pytest.approx(before + Training(call.format(TOTAL)).run(TOTAL - AT))


@pytest.mark.parametrize("call", CALLS)
def test_a_state_that_is_loaded_brings_its_numbers_or_keeps_one_rate(call: str) -> None:
    changed = f"{CALLS[call]}={LONGER}" if CALLS[call] != "factor" else f"factor=1 / (1 + t / {LONGER})"
    steps = TOTAL if call.startswith("OneCycle") else LONGER
    drawn = resumed(call.format(TOTAL), "--steps", str(steps), "--set", changed, "--state", "kept")
    saved = Training(call.format(TOTAL))
    before = saved.run(AT)
    after = Training(call.format(LONGER), loaded=saved)
    after.scheduler.load_state_dict(saved.scheduler.state_dict())
    label = "changed, on the plan's clock" if call.startswith("Lambda") else "state kept"
    # A curve that is the plan's own is not drawn twice.
    assert drawn.get(label, drawn["as planned"]) == pytest.approx(before + after.run(steps - AT), abs=1e-12)


def test_a_one_cycle_of_the_old_total_is_refused_beyond_it() -> None:
    call = "OneCycleLR(optimizer, max_lr=0.1, total_steps={})"
    saved = Training(call.format(TOTAL))
    saved.run(AT)
    after = Training(call.format(LONGER), loaded=saved)
    after.scheduler.load_state_dict(saved.scheduler.state_dict())
    with pytest.raises(ValueError, match=str(TOTAL)):
        after.run(LONGER - AT)
    done = lrplot("resume", call.format(TOTAL), "--at", str(AT), "--steps", str(LONGER), cwd=Path.cwd())
    assert b"cannot go on" in done.stderr


@pytest.mark.parametrize("call", [each for each in CALLS if not each.startswith("Lambda")])
def test_the_plans_clock_is_reached_by_a_new_scheduler_stepped_as_often(call: str) -> None:
    drawn = resumed(call.format(TOTAL), "--steps", str(LONGER), "--set", f"{CALLS[call]}={LONGER}")
    saved = Training(call.format(TOTAL))
    before = saved.run(AT)
    after = Training(call.format(LONGER), loaded=saved, first=True)
    after.optimizer.step()  # of no gradient: PyTorch warns where no update was made before
    for _ in range(AT):
        after.scheduler.step()
    assert drawn["changed, on the plan's clock"] == pytest.approx(before + after.run(LONGER - AT), abs=1e-12)


OUTRIGHT = (
    "CyclicLR(optimizer, base_lr=0.02, max_lr=0.1, step_size_up={}, cycle_momentum=False)",
    "CosineAnnealingWarmRestarts(optimizer, T_0={})",
)


@pytest.mark.parametrize("call", [*CALLS, *OUTRIGHT])
def test_the_optimizers_state_alone_is_as_noted(call: str) -> None:
    from lrplot.frameworks.registry import REGISTRY

    plan = Training(call.format(TOTAL)).run(TOTAL)
    saved = Training(call.format(TOTAL))
    saved.run(AT)
    rates = Training(call.format(TOTAL), loaded=saved).run(20)
    assert rates[0] == pytest.approx(plan[AT])
    if call.split("(", maxsplit=1)[0] in REGISTRY["pytorch"].sets_outright:
        assert rates[1:] == pytest.approx(plan[1:20])
    else:  # each of these multiplies the rate that it finds
        assert rates == pytest.approx([rate * plan[AT] / plan[0] for rate in plan[:20]])


def test_transformers_resumes_as_it_is_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("transformers.utils", "transformers.utils.import_utils"):
        monkeypatch.setattr(f"{module}.is_torchvision_available", lambda: False)
    import torch
    from transformers import Trainer, TrainerCallback, TrainingArguments

    class Used(TrainerCallback):  # type: ignore[misc]
        def __init__(self) -> None:
            self.rates: list[float] = []

        def on_pre_optimizer_step(self, *_given: Any, optimizer: Any, **_rest: Any) -> None:
            self.rates.append(optimizer.param_groups[0]["lr"])

    class Model(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = torch.nn.Linear(2, 1)

        def forward(self, x: Any) -> Any:
            return {"loss": self.inner(x).mean()}

    def trained(total: int, checkpoint: Path | None = None) -> list[float]:
        used = Used()
        given: dict[str, Any] = {"report_to": [], "use_cpu": True, "disable_tqdm": True, "logging_steps": 100}
        arguments = TrainingArguments(
            str(tmp_path), max_steps=total, learning_rate=LR, warmup_steps=4, save_steps=10, **given
        )
        rows = [{"x": torch.ones(2)}] * 200
        trainer = Trainer(Model(), arguments, train_dataset=rows, callbacks=[used])  # type: ignore[arg-type]
        trainer.train(resume_from_checkpoint=checkpoint and str(checkpoint))
        return used.rates

    (tmp_path / "args.json").write_text(
        json.dumps({"max_steps": 14, "learning_rate": LR, "warmup_steps": 4, "lr_scheduler_type": "linear"})
    )

    def drawn(*given: str) -> dict[str, list[float]]:
        plan = str(tmp_path / "args.json")
        done = lrplot(
            "resume", plan, "--trainer", "transformers", "--at", "10", *given, "-f", "json", cwd=tmp_path
        )
        assert done.returncode == 0, done.stderr
        return {each["label"]: each["lr"] for each in json.loads(done.stdout)["curves"]}

    before = trained(14)[:10]
    checkpoint = tmp_path / "checkpoint-10"
    longer = drawn("--set", "max_steps=20", "--state", "kept")
    assert longer["changed, on the plan's clock"] == pytest.approx(
        before + trained(20, checkpoint), abs=1e-12
    )
    (checkpoint / "scheduler.pt").unlink()
    assert drawn()["state lost"] == pytest.approx(before + trained(14, checkpoint), abs=1e-12)
