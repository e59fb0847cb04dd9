"""Rare arguments: rates of the real frameworks, and what a framework, or lrplot by name, refuses."""

RATES: tuple[tuple[str, str, int | None, tuple[float, ...]], ...] = (
    (
        "mmengine",
        "[dict(type='LinearLR', end=5, by_epoch=False), dict(type='OneCycleLR', eta_max=1, total_steps=3)]",
        7,
        (
            0.9944154398,
            1.4916231491,
            1.9888308584,
            2.4860385677,
            2.983246277,
            2.983246277,
            2.983246277,
            0.4626371,
        ),
    ),
    (
        "mmengine",
        "[dict(type='CosineAnnealingLR', eta_min=.1), dict(type='ExponentialLR', gamma=0)]",
        None,
        (0.3, 0.0, 0.0, 0.0, 0.0),
    ),
    (
        "mmengine",
        "[dict(type='CosineAnnealingLR', eta_min=.1, T_max=6, end=6), dict(type='StepLR', step_size=2, gamma=0)]",
        None,
        (0.3, 0.2866025404, 0.0, 0.0333333333, 0.0),
    ),
    (
        "torch",
        "SequentialLR(optimizer, [SWALR(optimizer, .1), SWALR(optimizer, .2)], [2])",
        None,
        (0.3, 0.2975528258, 0.2975528258),
    ),
    ("torch", "StepLR(optimizer, 10 / 4)", None, (0.3, 0.3, 0.3, 0.3, 0.3, 0.03)),
)
"""The framework, the call, the steps of an epoch, and the first rates of a base of 0.3."""

REFUSED: tuple[tuple[str, str], ...] = (
    (
        "optax.sgdr_schedule([dict(init_value=0., peak_value=1., warmup_steps=2.5, decay_steps=6)])",
        "warmup_steps",
    ),
    ("optax.warmup_cosine_decay_schedule(0., 1., -1, 4)", "warmup_steps must be ≥ 0"),
    ("optax.warmup_exponential_decay_schedule(0., 1., -1, 5, .5)", "warmup_steps must be ≥ 0"),
    ("optax.linear_onecycle_schedule(10, 1., .3, -.1)", "pct_final must be ≥ 0"),
    ("optax.cosine_onecycle_schedule(10, 1., -.1)", "pct_start must be ≥ 0"),
    (
        "keras.optimizers.schedules.CosineDecay(.5, 4, warmup_target=1., warmup_steps=-1)",
        "warmup_steps must be ≥ 0",
    ),
    ("keras.optimizers.schedules.PiecewiseConstantDecay([2**40], [1, 0])", "int32"),
    ("mmengine.optim.LinearLR(optimizer, end=4.5)", "end must be whole"),
    ("mmengine.optim.PolyLR(optimizer, end=2.5, power=.5)", "end must be whole"),
    ("[dict(type='OneCycleLR', eta_max=.1, total_steps=10, div_factor=0)]", "divides by div_factor"),
    (
        "[dict(type='OneCycleLR', eta_max=.1, total_steps=10, final_div_factor=0)]",
        "divides by final_div_factor",
    ),
    ("create_lr_scheduler_with_warmup(SWALR(optimizer, 0), 0, 2)", "never anneals"),
    ("LinearCyclicalScheduler(optimizer, 'lr', 1, 1, 4, end_value_mult=-1)", "end_value_mult must be ≥ 0"),
    ("GradualWarmupScheduler(optimizer, 1, 1, OneCycleLR(optimizer, 1, 1))", "OneCycleLR of one step"),
    ("GradualWarmupScheduler(optimizer, 1, 1, PolynomialLR(optimizer, 0))", "divides by zero"),
    ("SequentialLR(optimizer, [ChainedScheduler([PolynomialLR(optimizer, 0)])], [])", "divides by zero"),
    ("OneCycle(optimizer, 0, 1, 0, 0.1, 0)", "shorter than a step"),
    ("TanhLRScheduler(optimizer, 10, warmup_lr_init=-1)", "timm asserts warmup_lr_init"),
    ("create_scheduler_v2(optimizer, 'none', step_on_epochs=False)", "updates_per_epoch must be set"),
    ("ConstantScheduler(t_max='10sec')", "Wall clock"),
    ("ConstantScheduler(t_max='2.5ba')", "not an integer"),
    ("ConstantScheduler(t_max='1dur ')", "Invalid time string"),
    ("TrainingArguments(warmup_steps=-1, max_steps=9)", "warmup_steps must be >= 0"),
    (
        "get_scheduler('warmup_stable_decay', o, 0, 9, {'num_decay_steps': 1, 'num_training_steps': 9})",
        "twice",
    ),
    ("StepLR(optimizer, 2, gamma=.5, gamma=.1)", "keyword argument repeated: gamma"),
    ("StepLR(optimizer, 2, **{'gamma': .5}, gamma=.1)", "'gamma' is given twice"),
    (
        "o = SGD([{'params': a}, {'params': b}], lr=.3)\nLambdaLR(o, [lambda e: .9 ** e])",
        "2 parameter groups",
    ),
    (
        "o = SGD([{'params': a}, {'params': b}, {'params': c}], lr=.3)\nOneCycleLR(o, [.1, .2], 10)",
        "a list of 2 for 3",
    ),
    ("o = SGD([{'params': a}, {'params': b}], lr=.3)\nCyclicLR(o, .01, [.1], 3)", "a list of 1 for 2"),
    ("from torch.optim.lr_scheduler import *\nOneCycleLR(opt)", "needs 'max_lr'"),
    ("from keras.optimizers.schedules import *\nExponentialDecay(0.1, 5)", "needs 'decay_rate'"),
)
"""A call, and words of its refusal."""

BROKEN_WARMUPS: tuple[tuple[str, tuple[float, ...]], ...] = (
    ("get_scheduler('inverse_sqrt', optimizer, 2.5)", (0.0, 0.12, 0.24, 0.2738612788, 0.2371708245)),
    ("get_linear_schedule_with_warmup(optimizer, 2.5, 9)", (0.0, 0.12, 0.24, 0.2769230769, 0.2307692308)),
    ("get_linear_schedule_with_warmup(optimizer, 8.7, 9)", (0.0, 0.0344827586, 0.0689655172)),
    ("get_linear_schedule_with_warmup(optimizer, 9, 9.5)", (0.0, 0.0333333333, 0.0666666667)),
    ("get_cosine_schedule_with_warmup(optimizer, 2.5, 9)", (0.0, 0.12, 0.24, 0.2956412726, 0.2622766102)),
    ("get_constant_schedule_with_warmup(optimizer, 2.5)", (0.0, 0.12, 0.24, 0.3, 0.3)),
    (
        "get_cosine_with_min_lr_schedule_with_warmup(optimizer, 2.5, 9, min_lr=.1)",
        (0.0, 0.12, 0.24, 0.2970941790, 0.2748510735),
    ),
    (
        "get_polynomial_decay_schedule_with_warmup(optimizer, 2.5, 9)",
        (0.0, 0.12, 0.24, 0.2769230846, 0.2307692538),
    ),
)
"""Warm-ups of Transformers' that end between two steps, or leave less than one, and their first rates of 0.3."""
