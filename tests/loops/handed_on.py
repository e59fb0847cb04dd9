"""Kinds 5 and 7 of LOOPS.md: clocks of other libraries, and schedulers handed to what wraps them."""

from . import schedulers
from .draft import Call, Draft, block
from .loop import clock
from .run_torch import PROJECT
from .schedulers import Spelled

# --- kind 5 -----------------------------------------------------------------------------------------------


def _accelerate(draft: Draft, at: Spelled) -> None:
    """The real Accelerate on one process, with and without accumulation."""
    draft.frame = "nested"
    clock(draft, at, mutated=False)
    draft.need("from accelerate import Accelerator")
    k = draft.rng.choice([1, 1, 2, 3])
    more = f", gradient_accumulation_steps={k}" if k > 1 else draft.rng.choice(["", ", split_batches=True"])
    if draft.rng.random() < 0.2:
        more += ", step_scheduler_with_optimizer=False"
    draft.names["acc"] = "accelerator"
    draft.loader = "torch.utils.data.DataLoader(torch.ones(<batches> * 2, 4), batch_size=2)"
    whole = draft.rng.random() < 0.75
    draft.setup = [
        f"<acc> = Accelerator(cpu=True{more})",
        *draft.setup,
        "<model>, <opt>, <loader>, <sched> = <acc>.prepare(<model>, <opt>, <loader>, <sched>)"
        if whole
        else "<model>, <opt>, <loader> = <acc>.prepare(<model>, <opt>, <loader>)",
    ]
    draft.forward = ["<loss> = <model>(batch).pow(2).mean()", "<acc>.backward(<loss>)"]
    if k > 1 and draft.rng.random() < 0.8:
        draft.within = "with <acc>.accumulate(<model>):"
    draft.names["real"] = "yes"


def _grad_scaler(draft: Draft, at: Spelled) -> None:
    clock(draft, at, mutated=False)
    draft.names |= {"scaler": "scaler", "real": "yes"}
    draft.setup.append(f'<scaler> = torch.amp.GradScaler("cpu", enabled={draft.rng.random() < 0.5})')
    draft.forward = ["<loss> = <model>(torch.ones(2, 4)).pow(2).mean()", "<scaler>.scale(<loss>).backward()"]
    draft.update = ["<scaler>.step(<opt>)", "<scaler>.update()"]


def _scale_compared(draft: Draft, at: Spelled) -> None:
    """A scheduler stepped only where the scaler skipped nothing: on data, but here always."""
    clock(draft, at, mutated=False)
    draft.names |= {"scaler": "scaler", "real": "yes"}
    draft.setup.append('<scaler> = torch.amp.GradScaler("cpu", enabled=False)')
    draft.forward = ["<loss> = <model>(torch.ones(2, 4)).pow(2).mean()", "<scaler>.scale(<loss>).backward()"]
    draft.update = ["before = <scaler>.get_scale()", "<scaler>.step(<opt>)", "<scaler>.update()"]
    draft.calls = [
        Call(block("if <scaler>.get_scale() >= before:", call.lines), call.place)
        if call.place == "batch_end"
        else call
        for call in draft.calls
    ]
    draft.mark("data", "if scaler.get_scale()")


def _lightning(draft: Draft, at: Spelled) -> None:
    """The real Lightning, tiny: ``configure_optimizers`` in its forms."""
    rng = draft.rng
    form = rng.choice(["lists", "plain dict", "dict", "interval", "frequency"])
    k = rng.choice([1, 1, 2])
    ticks = draft.epochs if form in {"lists", "plain dict", "dict"} else draft.epochs * draft.batches // k
    name, call = schedulers.drawn(
        draft, ticks, at, ("StepLR", "CosineAnnealingLR", "ExponentialLR", "LinearLR")
    )
    call = call.replace("<opt>", "optimizer")
    for token, value in draft.constants.items():
        call = call.replace(f"<{token}>", repr(value))
    draft.mark("s", name)
    returned = {
        "lists": "[optimizer], [scheduler]",
        "plain dict": '{"optimizer": optimizer, "lr_scheduler": scheduler}',
        "dict": '{"optimizer": optimizer, "lr_scheduler": {"scheduler": scheduler, "interval": "epoch"}}',
        "interval": '{"optimizer": optimizer, "lr_scheduler": {"scheduler": scheduler, "interval": "step"}}',
        "frequency": '[optimizer], [{"scheduler": scheduler, "interval": "step", "frequency": 2}]',
    }[form]
    accumulate = f", accumulate_grad_batches={k}" if k > 1 else ""
    draft.whole_text = "\n".join(
        [
            "import logging",
            *draft.imports,
            "import lightning as L",
            *draft.definitions,
            'logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)',
            "class Module(L.LightningModule):",
            "    def __init__(self):",
            "        super().__init__()",
            "        self.layer = torch.nn.Linear(4, 1)",
            "    def training_step(self, batch, batch_idx):",
            "        return self.layer(batch).pow(2).mean()",
            "    def configure_optimizers(self):",
            "        optimizer = torch.optim.SGD(self.parameters(), lr=0.1)",
            f"        scheduler = {call}",
            f"        return {returned}",
            f"loader = torch.utils.data.DataLoader(torch.ones({draft.batches}, 4), batch_size=1)",
            f"trainer = L.Trainer(max_epochs={draft.epochs}, accelerator='cpu', logger=False, "
            f"enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False{accumulate})",
            "trainer.fit(Module(), loader)",
        ]
    )


OTHER_CLOCKS = {
    "Accelerate": _accelerate,
    "GradScaler": _grad_scaler,
    "if scaler.get_scale() >= before": _scale_compared,
}


def other_clock(draft: Draft, at: Spelled) -> None:
    chosen = draft.rng.choice(list(OTHER_CLOCKS))
    draft.mark("5", chosen)
    OTHER_CLOCKS[chosen](draft, at)


def lightning(draft: Draft, at: Spelled) -> None:
    draft.mark("5", "Lightning")
    draft.frame = "nested"
    _lightning(draft, at)


# --- kind 7 -----------------------------------------------------------------------------------------------


def _delegating(draft: Draft, at: Spelled) -> None:
    """A class of the script that steps the scheduler it was given, and does nothing else."""
    clock(draft, at, mutated=False)
    draft.definitions.append(
        "\n".join(
            [
                "class Logged:",
                "    def __init__(self, inner):",
                "        self.inner, self.history = inner, []",
                "",
                "    def step(self):",
                "        self.inner.step()",
                "        self.history.append(self.inner.get_last_lr()[0])",
            ]
        )
    )
    draft.setup.append("<sched> = Logged(<sched>)")


def _halving(draft: Draft, at: Spelled) -> None:
    """A class of the script that passes on every second step."""
    clock(draft, at, mutated=False)
    draft.definitions.append(
        "\n".join(
            [
                "class EverySecond:",
                "    def __init__(self, scheduler):",
                "        self.scheduler = scheduler",
                "        self.calls = 0",
                "",
                "    def step(self):",
                "        self.calls += 1",
                "        if self.calls % 2 == 0:",
                "            self.scheduler.step()",
            ]
        )
    )
    draft.setup.append("<sched> = EverySecond(<sched>)")


def _gradual(draft: Draft, at: Spelled) -> None:
    """A warm-up around a scheduler, as GradualWarmupScheduler is used."""
    clock(draft, at, mutated=False)
    warm = max(1, draft.updates // 4)
    draft.definitions.append(
        "\n".join(
            [
                "class GradualWarmup:",
                "    def __init__(self, optimizer, total, after_scheduler):",
                "        self.optimizer, self.total = optimizer, total",
                "        self.after_scheduler, self.count = after_scheduler, 0",
                '        self.base = [group["lr"] for group in optimizer.param_groups]',
                "        self._set(1 / total)",
                "",
                "    def _set(self, factor):",
                "        for base, group in zip(self.base, self.optimizer.param_groups):",
                '            group["lr"] = base * factor',
                "",
                "    def step(self):",
                "        self.count += 1",
                "        if self.count < self.total:",
                "            self._set((self.count + 1) / self.total)",
                "        else:",
                "            self.after_scheduler.step()",
            ]
        )
    )
    draft.setup.append(f"<sched> = GradualWarmup(<opt>, {warm}, after_scheduler=<sched>)")


_OWN = {
    "Poly": [
        "    def __init__(self, optimizer, total, power=0.9, last_epoch=-1):",
        "        self.total, self.power = total, power",
        "        super().__init__(optimizer, last_epoch)",
        "",
        "    def get_lr(self):",
        "        factor = max(0.0, 1 - self.last_epoch / self.total) ** self.power",
        "        return [base * factor for base in self.base_lrs]",
    ],
    "WarmupCosine": [
        "    def __init__(self, optimizer, total, warmup=3, last_epoch=-1):",
        "        self.total = total",
        "        self.warmup = warmup",
        "        super(WarmupCosine, self).__init__(optimizer, last_epoch)",
        "",
        "    def get_lr(self):",
        "        if self.last_epoch < self.warmup:",
        "            return [base * (self.last_epoch + 1) / self.warmup for base in self.base_lrs]",
        "        progress = (self.last_epoch - self.warmup) / max(1, self.total - self.warmup)",
        "        return [base * 0.5 * (1 + math.cos(math.pi * progress)) for base in self.base_lrs]",
    ],
    "Recursive": [
        "    def __init__(self, optimizer, total, gamma=0.9):",
        "        self.gamma, self.total = gamma, total",
        "        super().__init__(optimizer)",
        "",
        "    def get_lr(self):",
        "        if self.last_epoch == 0 or self.last_epoch > self.total:",
        '            return [group["lr"] for group in self.optimizer.param_groups]',
        '        return [group["lr"] * self.gamma for group in self.optimizer.param_groups]',
    ],
    "Noam": [
        "    def __init__(self, optimizer, total, warmup=4):",
        "        self.warmup = warmup",
        "        super().__init__(optimizer)",
        "",
        "    def get_lr(self):",
        "        step = max(1, self._step_count)",
        "        scale = self.warmup ** 0.5 * min(step ** -0.5, step * self.warmup ** -1.5)",
        "        return [base * scale for base in self.base_lrs]",
    ],
}


def _own_class(draft: Draft, at: Spelled) -> None:
    """A subclass of LRScheduler with its own ``get_lr``."""
    name = draft.rng.choice(list(_OWN))
    base = draft.rng.choice(["LRScheduler", "_LRScheduler"])
    draft.need(f"from torch.optim.lr_scheduler import {base}")
    draft.need("import math")
    draft.definitions.append("\n".join([f"class {name}({base}):", *_OWN[name]]))
    clock(draft, at, mutated=draft.rng.random() < 0.3)
    ticks = draft.epochs if any(call.place == "epoch_end" for call in draft.calls) else draft.updates
    draft.make(f"{name}(<opt>, {max(2, ticks)})", "own LRScheduler")


def _derived_class(draft: Draft, at: Spelled) -> None:
    """A subclass of one of PyTorch's schedulers that changes its step or its arguments."""
    draft.need("from torch.optim.lr_scheduler import StepLR, LambdaLR")
    chosen = draft.rng.choice(["arguments", "step", "lambda"])
    bodies = {
        "arguments": [
            "class HalvedStep(StepLR):",
            "    def __init__(self, optimizer, size):",
            "        super().__init__(optimizer, step_size=size, gamma=0.5)",
        ],
        "step": [
            "class HalvedStep(StepLR):",
            "    def step(self, epoch=None):",
            "        super().step()",
            "        super().step()",
        ],
        "lambda": [
            "class HalvedStep(LambdaLR):",
            "    def __init__(self, optimizer, size):",
            "        super().__init__(optimizer, lambda s: 1 / (1 + s / size))",
        ],
    }
    draft.definitions.append("\n".join(bodies[chosen]))
    clock(draft, at, mutated=False)
    draft.make(f"HalvedStep(<opt>, {draft.rng.randint(2, 5)})", "derived class")


def _factory(draft: Draft, at: Spelled) -> None:
    """A function that returns the scheduler, chosen by a word."""
    name = draft.rng.choice(["cosine", "step", "exp"])
    place = draft.rng.choice(["epoch_end", "batch_end"])
    ticks = draft.epochs if place == "epoch_end" else draft.updates
    if draft.frame in {"flat", "while"}:
        place, ticks = "batch_end", draft.updates
    draft.calls.append(Call(["<sched>.step()"], place))
    lines = [
        'if name == "cosine":',
        f"    return {at('CosineAnnealingLR')}(optimizer, T_max=length)",
        'elif name == "step":',
        f"    return {at('StepLR')}(optimizer, step_size=max(1, length // 3), gamma=0.3)",
        'elif name == "exp":',
        f"    scheduler = {at('ExponentialLR')}(optimizer, gamma=0.9)",
        "else:",
        '    raise ValueError(f"unknown scheduler {name}")',
        "return scheduler",
    ]
    draft.definitions.append("\n".join(block("def build_scheduler(optimizer, name, length):", lines)))
    kind = draft.constant("sched_name", name)
    draft.setup.append(f"<sched> = build_scheduler(<opt>, {kind}, {ticks})")


def _partial(draft: Draft, at: Spelled) -> None:
    clock(draft, at, mutated=False)
    way = draft.rng.randrange(4)
    size = draft.rng.randint(1, 4)
    if way == 0:
        draft.need("from functools import partial")
        made = f"partial({at('StepLR')}, step_size={size}, gamma=0.5)(<opt>)"
    elif way == 1:
        made = f'getattr(torch.optim.lr_scheduler, "StepLR")(<opt>, {size}, 0.5)'
    elif way == 2:
        made = f'{at("StepLR")}(<opt>, **{{"step_size": {size}, "gamma": 0.5}})'
    else:
        made = f'{{"step": {at("StepLR")}, "exp": {at("ExponentialLR")}}}["step"](<opt>, {size})'
    draft.make(made, "StepLR")


def _helper_steps(draft: Draft, at: Spelled) -> None:
    """A function of the script gets the scheduler and steps it."""
    clock(draft, at, mutated=False)
    body = draft.rng.choice(
        [
            ["scheduler.step()"],
            ["scheduler.step()", "return scheduler.get_last_lr()[0]"],
            ["if scheduler is None:", "    return", "scheduler.step()"],
        ]
    )
    draft.definitions.append("\n".join(block("def after_update(scheduler):", body)))
    for call in draft.calls:
        call.lines = [line.replace("<sched>.step()", "after_update(<sched>)") for line in call.lines]


def _unread_step(draft: Draft, at: Spelled) -> None:
    """A function that lrplot cannot read gets the scheduler."""
    _helper_steps(draft, at)
    draft.definitions.pop()
    draft.need(f"from {PROJECT} import after_update")
    draft.mark("unread", "scheduler handed to an import")


def _unread_wrapper(draft: Draft, at: Spelled) -> None:
    clock(draft, at, mutated=False)
    draft.need(f"from {PROJECT} import HalfSpeed")
    draft.setup.append("<sched> = HalfSpeed(<sched>)")
    draft.mark("unread", "scheduler wrapped by an import")


def _unread_optimizer(draft: Draft, at: Spelled) -> None:
    """An imported function that gets only the optimizer, and leaves the rate alone."""
    draft.frame = "nested"
    clock(draft, at, mutated=False)
    draft.calls = [Call(["<sched>.step()"], "epoch_end")]
    draft.need(f"from {PROJECT} import train_one_epoch")
    draft.epoch_start.append("train_one_epoch(<model>, <loader>, <opt>)")
    draft.frame, draft.forward, draft.update = "toy", [], []
    draft.mark("unread", "updates in an import")


WRAPPERS = {
    "a class that delegates": _delegating,
    "a class that passes on every second step": _halving,
    "a warm-up around a scheduler": _gradual,
    "own LRScheduler": _own_class,
    "a class derived from PyTorch's": _derived_class,
    "a function that returns a scheduler": _factory,
    "partial, getattr, a dict of classes": _partial,
    "a helper steps it": _helper_steps,
    "an import steps it": _unread_step,
    "an import wraps it": _unread_wrapper,
    "an import updates": _unread_optimizer,
}


def wrapped(draft: Draft, at: Spelled) -> None:
    chosen = draft.rng.choice(list(WRAPPERS))
    draft.mark("7", chosen)
    WRAPPERS[chosen](draft, at)
