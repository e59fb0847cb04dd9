"""Every call of the documents (DOCUMENTS.md §3), with figures of its own §1 and §2 or worked by hand."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Call:
    where: str
    text: str
    lr: float | None
    steps: int
    rates: dict[int, float] = field(default_factory=dict)
    let: dict[str, str] = field(default_factory=dict)


_TORCH = "torch.optim.lr_scheduler."
_KERAS = "tf.keras.optimizers."
_STAIRS = f"{_KERAS}schedules.ExponentialDecay(0.1, decay_steps=100, decay_rate=0.96, staircase=True)"
_COSINE = f"{_KERAS}schedules.CosineDecay(initial_learning_rate=0.1, decay_steps=1000)"
_LEVELS = "lambda epoch: 1.0 if epoch < 10 else 0.1 if epoch < 50 else 0.01"
_WARM = (
    "lambda epoch, warmup_epochs=10, max_epochs=100, base_lr=0.1: epoch / warmup_epochs if epoch < warmup_epochs "
    "else 0.5 * (1 + math.cos(math.pi * (epoch - warmup_epochs) / (max_epochs - warmup_epochs)))"
)

CALLS = (
    Call(
        "001:22",
        f"{_TORCH}StepLR(optimizer, step_size=30, gamma=0.1)",
        0.1,
        100,
        {29: 0.1, 30: 0.01, 60: 0.001, 99: 1e-4},
    ),
    Call(
        "001:36",
        f"{_TORCH}ExponentialLR(optimizer, gamma=0.95)",
        0.1,
        100,
        {50: 0.0076944975, 99: 6.232136e-4},
    ),
    Call(
        "001:48",
        f"{_TORCH}MultiStepLR(optimizer, milestones=[60, 120, 160], gamma=0.2)",
        0.1,
        200,
        {59: 0.1, 60: 0.02, 120: 0.004, 160: 0.0008},
    ),
    Call(
        "001:89",
        f"{_TORCH}CosineAnnealingLR(optimizer, T_max=50)",
        0.1,
        100,
        {25: 0.05, 49: 9.8663579e-5, 75: 0.05},
    ),
    Call(
        "001:99",
        f"{_TORCH}OneCycleLR(optimizer, max_lr=0.1, total_steps=1000)",
        None,
        1000,
        {0: 0.004, 299: 0.1, 650: 0.049775802, 999: 4e-7},
    ),
    Call("002:39", f"{_TORCH}LambdaLR(optimizer, {_LEVELS})", 0.1, 100, {9: 0.1, 10: 0.01, 50: 0.001}),
    Call("002:84", f"{_TORCH}LambdaLR(optimizer, lr_lambda={_WARM})", 0.1, 100, {5: 0.05, 10: 0.1, 55: 0.05}),
    Call("004:18", f"{_TORCH}ExponentialLR(optimizer_ExpLR, gamma=0.98)", 0.1, 200, {100: 0.013261956}),
    Call(
        "004:33",
        f"{_TORCH}StepLR(optimizer_StepLR, step_size=step_size, gamma=0.65)",
        0.1,
        200,
        {29: 0.1, 60: 0.04225},
        {"step_size": "30"},
    ),
    Call(
        "004:48",
        f"{_TORCH}CosineAnnealingLR(optimizer_CosineLR, T_max=150, eta_min=0)",
        0.1,
        301,
        {75: 0.05, 150: 0.0, 300: 0.1},
    ),
    Call(
        "001:70",
        "get_cosine_schedule_with_warmup(optimizer, num_warmup_steps=1000, num_training_steps=10000)",
        0.1,
        10000,
        {1: 1e-4, 1000: 0.1, 5500: 0.05},
    ),
    Call(
        "002:54",
        "LearningRateScheduler(lambda epoch: 0.1 * (0.1 ** (epoch // 30)))",
        None,
        100,
        {29: 0.1, 30: 0.01, 99: 1e-4},
    ),
    Call(
        "002:76",
        "LearningRateScheduler(lambda epoch, lr: lr if epoch < 10 else lr * 0.1 if epoch < 50 else lr * 0.01)",
        0.1,
        100,
        {9: 0.1, 10: 0.01, 11: 0.001, 49: 1e-41},
    ),
    Call("002:59", _STAIRS, None, 5001, {199: 0.096, 200: 0.09216, 5000: 0.0129885794}),
    Call("002:64", _COSINE, None, 1000, {500: 0.05, 999: 2.467401e-7}),
    Call("002:59, in its optimizer", f"{_KERAS}SGD(learning_rate={_STAIRS})", None, 5001, {200: 0.09216}),
    Call("002:64, in its optimizer", f"{_KERAS}SGD(learning_rate={_COSINE})", None, 1000, {500: 0.05}),
    Call("002:52, the optimizer", "optim.SGD(model.parameters(), lr=0.1)", None, 10, {9: 0.1}),
    Call("002:54, the optimizer", "SGD(learning_rate=0.1)", None, 10, {9: 0.1}),
)
