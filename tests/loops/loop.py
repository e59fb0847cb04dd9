"""Kind 1 of LOOPS.md: how the loop calls the scheduler."""

from collections.abc import Callable
from random import Random

from . import schedulers
from .draft import Call, Draft, block, indent
from .schedulers import Spelled

Mutation = Callable[[Draft], None]


# --- when the scheduler is stepped, and with what --------------------------------------------------------


def once_an_epoch(draft: Draft) -> int:
    draft.calls.append(Call(["<sched>.step()"], "epoch_end"))
    return draft.epochs


def once_a_batch(draft: Draft) -> int:
    draft.calls.append(Call(["<sched>.step()"], "batch_end"))
    return draft.updates


def _before_training(draft: Draft) -> int:
    draft.calls.append(Call(["<sched>.step()"], "epoch_start"))
    return draft.epochs


def _before_optimizer(draft: Draft) -> int:
    draft.calls.append(Call(["<sched>.step()"], "before_update"))
    return draft.updates


def _with_epoch(draft: Draft) -> int:
    shift = draft.rng.choice(["", "", " + 1", " - 1"])
    form = draft.rng.choice(["<sched>.step(<epoch>{})", "<sched>.step(epoch=<epoch>{})"]).format(shift)
    draft.calls.append(Call([form], draft.rng.choice(["epoch_start", "epoch_end", "epoch_end"])))
    return draft.epochs


def _with_fraction(draft: Draft) -> int:
    per = draft.rng.choice(["len(<loader>)", "<iters>"])
    if per == "<iters>":
        draft.setup.append("<iters> = len(<loader>)")
        draft.names["iters"] = draft.rng.choice(["iters", "num_batches", "iters_per_epoch"])
    draft.calls.append(
        Call(
            [f"<sched>.step(<epoch> + <i> / {per})"],
            draft.rng.choice(["batch_end", "batch_end", "before_update"]),
        )
    )
    return draft.epochs


def _with_count(draft: Draft) -> int:
    counter = draft.count()
    draft.calls.append(Call([f"<sched>.step({counter})"], "batch_end"))
    return draft.updates


def _twice(draft: Draft) -> int:
    places = draft.rng.choice(
        [("batch_end", "batch_end"), ("epoch_end", "batch_end"), ("epoch_end", "epoch_end")]
    )
    draft.calls += [Call(["<sched>.step()"], place) for place in places]
    return draft.updates * 2 if "batch_end" in places else draft.epochs * 2


def _never(draft: Draft) -> int:
    return draft.epochs


def _on_last_batch(draft: Draft) -> int:
    test = draft.rng.choice(
        ["<i> == len(<loader>) - 1", "<i> + 1 == len(<loader>)", "(<i> + 1) % len(<loader>) == 0"]
    )
    draft.calls.append(Call(block(f"if {test}:", ["<sched>.step()"]), "batch_end"))
    return draft.epochs


def _every_k_batches(draft: Draft) -> int:
    k = draft.rng.randint(2, 4)
    test = draft.rng.choice([f"(<i> + 1) % {k} == 0", f"<i> % {k} == 0", f"not <i> % {k}"])
    draft.calls.append(Call(block(f"if {test}:", ["<sched>.step()"]), "batch_end"))
    return max(2, draft.updates // k)


def _every_k_counted(draft: Draft) -> int:
    k, counter = draft.rng.randint(2, 5), draft.count()
    test = draft.rng.choice(
        [f"{counter} % {k} == 0", f"{counter} > 0 and {counter} % {k} == 0", f"({counter} + 1) % {k} == 0"]
    )
    draft.calls.append(Call(block(f"if {test}:", ["<sched>.step()"]), "batch_end"))
    return max(2, draft.updates // k)


def _for_repeated(draft: Draft) -> int:
    n = draft.rng.randint(2, 3)
    place, ticks = draft.rng.choice([("batch_end", draft.updates), ("epoch_end", draft.epochs)])
    draft.calls.append(Call(block(f"for _ in range({n}):", ["<sched>.step()"]), place))
    return ticks * n


CLOCKS = {
    "step() before the training of the epoch": _before_training,
    "step() before optimizer.step()": _before_optimizer,
    "step(epoch)": _with_epoch,
    "step(epoch + i / iters)": _with_fraction,
    "step(global_step)": _with_count,
    "step() twice": _twice,
    "step() never": _never,
    "on the last batch": _on_last_batch,
    "every k batches": _every_k_batches,
    "every k counted": _every_k_counted,
    "for _ in range(n): step()": _for_repeated,
}
_WITH_ARGUMENT = {"step(epoch)", "step(epoch + i / iters)", "step(global_step)"}
_NEED_EPOCHS = {
    "step() before the training of the epoch",
    "step(epoch)",
    "step(epoch + i / iters)",
    "step() twice",
    "on the last batch",
    "every k batches",
    "for _ in range(n): step()",
}
_NEED_BATCHES = {
    "step(epoch + i / iters)",
    "on the last batch",
    "every k batches",
    "step(global_step)",
    "every k counted",
}


def clock(draft: Draft, at: Spelled, *, mutated: bool) -> None:
    """A scheduler, and when it is stepped."""
    flat, toy = draft.frame in {"flat", "while"}, draft.frame == "toy"
    names = tuple(schedulers.ALL)
    if mutated:
        possible = [
            each
            for each in CLOCKS
            if not (flat and each in _NEED_EPOCHS) and not (toy and each in _NEED_BATCHES)
        ]
        chosen = draft.rng.choice(possible)
        draft.mark("1", chosen)
        if chosen in _WITH_ARGUMENT:
            names = tuple(name for name in names if name not in schedulers.WITHOUT_ARGUMENT)
        if chosen == "step(epoch + i / iters)" and draft.rng.random() < 0.5:
            names = ("CosineAnnealingWarmRestarts",)
        ticks = CLOCKS[chosen](draft)
    elif flat or (not toy and draft.rng.random() < 0.5):
        ticks = once_a_batch(draft)
        draft.mark("0", "once a batch")
    else:
        ticks = once_an_epoch(draft)
        draft.mark("0", "once an epoch")
    name, call = schedulers.drawn(draft, ticks, at, names)
    draft.setup.append(f"<sched> = {call}")
    draft.mark("s", name)


# --- two schedulers ---------------------------------------------------------------------------------------


def _by_epoch_or_count(draft: Draft) -> tuple[str, str, int]:
    if draft.frame in {"nested", "toy"} and draft.rng.random() < 0.6:
        return "<epoch>", "epoch_end", draft.epochs
    if draft.frame == "nested" and draft.rng.random() < 0.5:
        return "<epoch>", "batch_end", draft.updates
    return draft.count(), "epoch_end" if draft.frame == "toy" else "batch_end", draft.updates


def alternating(draft: Draft, at: Spelled) -> None:
    time, place, ticks = _by_epoch_or_count(draft)
    bound = draft.constant("warm", max(1, (draft.epochs if time == "<epoch>" else ticks) // 3))
    first = f"{at('LinearLR')}(<opt>, start_factor=0.1, total_iters={max(1, ticks // 3)})"
    _, second = schedulers.drawn(
        draft,
        ticks,
        at,
        ("StepLR", "ExponentialLR", "CosineAnnealingLR", "MultiStepLR", "PolynomialLR", "LambdaLR"),
    )
    draft.setup += [f"<sched2> = {first}", f"<sched> = {second}"]
    lines = draft.rng.choice(
        [
            [f"if {time} < {bound}:", "    <sched2>.step()", "else:", "    <sched>.step()"],
            [f"if {time} >= {bound}:", "    <sched>.step()", "else:", "    <sched2>.step()"],
            [f"(<sched2> if {time} < {bound} else <sched>).step()"],
            [
                f"current = <sched2> if {time} < {bound} else <sched>",
                "current.step()",
            ],
        ]
    )
    draft.calls.append(Call(lines, place))


def both(draft: Draft, at: Spelled) -> None:
    ticks = draft.updates
    _, first = schedulers.drawn(draft, ticks, at, ("LinearLR", "ConstantLR", "ExponentialLR"))
    _, second = schedulers.drawn(draft, ticks, at, ("StepLR", "MultiStepLR", "ExponentialLR"))
    draft.setup += [f"<sched2> = {first}", f"<sched> = {second}"]
    where = ["batch_end"] if draft.frame in {"flat", "while"} else ["batch_end", "epoch_end"]
    if draft.rng.random() < 0.4:
        place = draft.rng.choice(where)
        draft.names["scheds"] = "schedulers"
        draft.setup.append("<scheds> = [<sched2>, <sched>]")
        draft.calls.append(Call(["for each in <scheds>:", "    each.step()"], place))
    else:
        draft.calls += [
            Call(["<sched2>.step()"], draft.rng.choice(where)),
            Call(["<sched>.step()"], draft.rng.choice(where)),
        ]


def dampening(draft: Draft, at: Spelled) -> None:
    draft.need("import pytorch_warmup as warmup")
    _, call = schedulers.drawn(
        draft, draft.updates, at, ("CosineAnnealingLR", "StepLR", "ExponentialLR", "LambdaLR")
    )
    period = max(2, draft.updates // draft.rng.randint(3, 6))
    warm = draft.rng.choice(
        [f"LinearWarmup(<opt>, warmup_period={period})", f"ExponentialWarmup(<opt>, {period})"]
    )
    draft.setup += [f"<sched> = {call}", f"<sched2> = warmup.{warm}"]
    nested = draft.frame == "nested" and draft.rng.random() < 0.4
    if nested:
        draft.calls.append(Call(["with <sched2>.dampening():", "    pass"], "batch_end"))
        draft.calls.append(Call(["with <sched2>.dampening():", "    <sched>.step()"], "epoch_end"))
    else:
        draft.calls.append(Call(["with <sched2>.dampening():", "    <sched>.step()"], "batch_end"))


PAIRS = {
    "if epoch < n: a.step() else: b.step()": alternating,
    "two schedulers, both stepped": both,
    "with warmup.dampening()": dampening,
}


def pair(draft: Draft, at: Spelled) -> None:
    chosen = draft.rng.choice(list(PAIRS))
    draft.mark("1", chosen)
    PAIRS[chosen](draft, at)


# --- conditions -------------------------------------------------------------------------------------------


def _where(draft: Draft) -> str:
    return "<epoch>" if draft.frame in {"nested", "toy"} else "<it>"


def _length(draft: Draft) -> int:
    return draft.epochs if draft.frame in {"nested", "toy"} else draft.updates


def _from(draft: Draft) -> str:
    n = draft.constant("delay", max(1, _length(draft) // 3))
    return draft.rng.choice(
        [f"{_where(draft)} >= {n}", f"not {_where(draft)} < {n}", f"{n} <= {_where(draft)}"]
    )


def _until(draft: Draft) -> str:
    return f"{_where(draft)} < {max(2, _length(draft) * 2 // 3)}"


def _even(draft: Draft) -> str:
    return draft.rng.choice(["{} % 2 == 0", "{} % 3 != 0", "not {} % 2", "{} % 2"]).format(_where(draft))


def _members(draft: Draft) -> str:
    found = sorted(draft.rng.sample(range(1, _length(draft) + 1), min(3, _length(draft))))
    return f"({_where(draft)} + 1) in {draft.rng.choice([found, tuple(found), set(found)])}"


def _flag(draft: Draft) -> str:
    return draft.constant("use_scheduler", draft.rng.random() < 0.7)


def _not_none(draft: Draft) -> str:
    return "<sched> is not None"


def _between(draft: Draft) -> str:
    high = max(3, _length(draft) * 2 // 3)
    return draft.rng.choice(["1 <= {0} < {1}", "{0} > 0 and {0} < {1}", "{0} == 0 or {0} > {1}"]).format(
        _where(draft), high
    )


CONDITIONS = {
    "if epoch >= n": _from,
    "if epoch < n": _until,
    "if epoch % 2 == 0": _even,
    "if (epoch + 1) in [...]": _members,
    "if a flag": _flag,
    "if scheduler is not None": _not_none,
    "if 1 <= epoch < n": _between,
}
DATA = {
    "if loss < best": "<loss> < best_loss",
    "if on a metric": "validation_score() > 0.5",
}


AROUND = {
    "try: ... except": ["try:", "{}", "except RuntimeError:", "    raise"],
    "try: ... finally": ["try:", "{}", "finally:", "    pass"],
    "with torch.no_grad()": ["with torch.no_grad():", "{}"],
    "if True": ["if True:", "{}"],
}


def surrounded(draft: Draft) -> None:
    """Something around the steps of the scheduler that changes nothing."""
    chosen = draft.rng.choice(list(AROUND))
    draft.mark("1", chosen)
    for call in draft.calls:
        call.lines = [
            each for line in AROUND[chosen] for each in (indent(call.lines) if line == "{}" else [line])
        ]


def conditioned(draft: Draft) -> None:
    """A condition around the steps of the scheduler."""
    if draft.rng.random() < 0.15:
        surrounded(draft)
        return
    if draft.rng.random() < 0.2:
        chosen = draft.rng.choice(list(DATA))
        draft.definitions += ["def validation_score():\n    return float(torch.rand(1))"] * (
            "score" in DATA[chosen]
        )
        if "best_loss" in DATA[chosen]:
            draft.names["best"] = "best_loss"
            draft.before.append("<best> = 0.5")
        test = DATA[chosen].replace("best_loss", "<best>")
        draft.mark("data", chosen)
    else:
        chosen = draft.rng.choice(list(CONDITIONS))
        test = CONDITIONS[chosen](draft)
        draft.mark("1", chosen)
    alone = draft.frame in {"nested"} and draft.rng.random() < 0.15
    for call in draft.calls:
        if alone and call.place == "epoch_end" and call is draft.calls[-1]:
            call.lines = [f"if not ({test}):", "    continue", *call.lines]
        else:
            call.lines = block(f"if {test}:", call.lines)


# --- accumulation -----------------------------------------------------------------------------------------


def accumulating(draft: Draft) -> None:
    k = draft.constant("accum", draft.rng.randint(2, 4))
    if draft.frame == "nested" and draft.rng.random() < 0.75:
        test = draft.rng.choice(
            [
                f"(<i> + 1) % {k} == 0",
                f"<i> % {k} == 0",
                f"<i> % {k} == {k} - 1",
                f"(<i> + 1) % {k} == 0 or (<i> + 1) == len(<loader>)",
            ]
        )
    else:
        test = f"({draft.count()} + 1) % {k} == 0"
    inside = [call for call in draft.calls if call.place in {"batch_end", "before_update"}]
    if draft.rng.random() < 0.25:
        inside = []
        draft.mark("1", "accumulation around optimizer.step() alone")
    else:
        draft.mark(
            "1", "accumulation around both steps" if inside else "accumulation, scheduler once an epoch"
        )
    draft.calls = [call for call in draft.calls if call not in inside]
    before = [line for call in inside if call.place == "before_update" for line in call.lines]
    after = [line for call in inside if call.place == "batch_end" for line in call.lines]
    draft.update = block(f"if {test}:", [*before, *draft.update, *after, "<opt>.zero_grad()"])


# --- ranges, ends and skips -------------------------------------------------------------------------------


def _range_from_one(draft: Draft) -> None:
    draft.epoch_range = "range(1, <epochs> + 1)"


def _range_from_start(draft: Draft) -> None:
    start = draft.constant("start_epoch", draft.rng.choice([0, 0, 1, 2]))
    draft.epoch_range = f"range({start}, <epochs>)"


def _range_by_two(draft: Draft) -> None:
    draft.epoch_range = "range(0, <epochs>, 2)"


def _range_downwards(draft: Draft) -> None:
    draft.epoch_range = draft.rng.choice(["range(<epochs>, 0, -1)", "reversed(range(<epochs>))"])


def _list_of_epochs(draft: Draft) -> None:
    draft.epoch_range = draft.rng.choice(["list(range(<epochs>))", str(list(range(draft.epochs)))])


def _wrapped_range(draft: Draft) -> None:
    way = draft.rng.randrange(3)
    if way == 0:
        draft.need("from tqdm import tqdm, trange")
        draft.epoch_range = draft.rng.choice(["trange(<epochs>)", 'tqdm(range(<epochs>), desc="epochs")'])
    elif way == 1:
        draft.definitions.append("def progress(iterable, desc=None):\n    return iterable")
        draft.epoch_range = "progress(range(<epochs>))"
        draft.batch_loop = "for <i>, batch in enumerate(progress(<loader>)):"
    else:
        draft.definitions.append("def progress(iterable):\n    for each in iterable:\n        yield each")
        draft.epoch_range = "progress(range(<epochs>))"


def _break_at_epoch(draft: Draft) -> None:
    n = max(1, draft.epochs * 2 // 3)
    line = block(f"if <epoch> {draft.rng.choice(['==', '>='])} {n}:", ["break"])
    draft.rng.choice([draft.epoch_start, draft.epoch_end]).extend(line)


def _break_at_batch(draft: Draft) -> None:
    n = max(1, draft.batches - draft.rng.randint(1, 2))
    draft.rng.choice([draft.batch_start, draft.batch_end]).extend(block(f"if <i> >= {n}:", ["break"]))


def _continue_batches(draft: Draft) -> None:
    test = draft.rng.choice(["<i> == 0", "<i> % 3 == 2"])
    draft.batch_start.extend(block(f"if {test}:", ["continue"]))


def _break_at_total(draft: Draft) -> None:
    counter = draft.count()
    n = draft.constant("max_steps", max(1, draft.updates * 3 // 4))
    draft.batch_end.extend(block(f"if {counter} >= {n}:", ["break"]))
    draft.epoch_end.extend(block(f"if {counter} >= {n}:", ["break"]))


def _steps_before(draft: Draft) -> None:
    n = draft.constant("skipped", draft.rng.randint(1, 4))
    draft.before = [*block(f"for _ in range({n}):", ["<sched>.step()"]), *draft.before]


def _update_before(draft: Draft) -> None:
    draft.before = ["<opt>.zero_grad()", "<opt>.step()", *draft.before]


def _while_epochs(draft: Draft) -> None:
    if any("continue" in line for call in draft.calls for line in call.lines):
        _list_of_epochs(draft)  # a continue would skip the counting
    else:
        draft.epoch_range = "while"


def _enumerate_from_one(draft: Draft) -> None:
    draft.batch_loop = draft.rng.choice(
        ["for <i>, batch in enumerate(<loader>, 1):", "for <i>, batch in enumerate(<loader>, start=1):"]
    )


def _batches_by_index(draft: Draft) -> None:
    draft.batch_loop = draft.rng.choice(
        [
            "for <i> in range(len(<loader>)):",
            "for <i> in range(0, len(<loader>)):",
            "for <i>, (batch) in enumerate(<loader>):",
        ]
    )


def _zipped(draft: Draft) -> None:
    draft.batch_loop = "for <i>, batch in zip(range(len(<loader>)), <loader>):"


def _product(draft: Draft) -> None:
    """One loop over epochs and batches; only where nothing happens between epochs."""
    if draft.epoch_start or draft.epoch_end or any(call.place.startswith("epoch") for call in draft.calls):
        _batches_by_index(draft)
        return
    draft.need("import itertools")
    draft.epoch_range = "product"
    draft.batch_loop = "for <i> in itertools.product:"


def _next_of_iterator(draft: Draft) -> None:
    draft.before.append("<stream> = iter(<loader>)")
    draft.names["stream"] = "data_iter"
    draft.batch_start = [
        "try:",
        "    batch = next(<stream>)",
        "except StopIteration:",
        "    <stream> = iter(<loader>)",
        "    batch = next(<stream>)",
        *draft.batch_start,
    ]


ENDS = {
    "itertools.product": _product,
    "next(iterator)": _next_of_iterator,
    "while epoch < n": _while_epochs,
    "enumerate from 1": _enumerate_from_one,
    "batches by index": _batches_by_index,
    "zip": _zipped,
    "range(1, n + 1)": _range_from_one,
    "range(start, n)": _range_from_start,
    "range(0, n, 2)": _range_by_two,
    "a range downwards": _range_downwards,
    "a list of epochs": _list_of_epochs,
    "tqdm around the range": _wrapped_range,
    "break at an epoch": _break_at_epoch,
    "break at a batch": _break_at_batch,
    "continue": _continue_batches,
    "break at a total": _break_at_total,
    "for _ in range(n): scheduler.step() before the loop": _steps_before,
    "optimizer.step() before the loop": _update_before,
}
_FLAT_ONLY = {"next(iterator)"}
_NESTED_ONLY = {
    "itertools.product",
    "enumerate from 1",
    "batches by index",
    "zip",
    "break at a batch",
    "continue",
    "break at a total",
}
_ANY_FRAME = {
    *_FLAT_ONLY,
    "for _ in range(n): scheduler.step() before the loop",
    "optimizer.step() before the loop",
}


def ended(draft: Draft) -> None:
    """What the loops run over, where they end, and what happens before."""
    possible = [
        each
        for each in ENDS
        if (draft.frame == "nested" or each not in _NESTED_ONLY)
        and (draft.frame in {"nested", "toy"} or each in _ANY_FRAME)
        and (draft.frame in {"flat", "while"} or each not in _FLAT_ONLY)
        and (each != "for _ in range(n): scheduler.step() before the loop" or draft.calls)
    ]
    chosen = draft.rng.choice(possible)
    draft.mark("1", chosen)
    ENDS[chosen](draft)


# --- fields and states that a script touches --------------------------------------------------------------


def _at_some_time(draft: Draft, lines: list[str]) -> None:
    """Do something once, in the middle of the training."""
    if draft.frame in {"nested", "toy"}:
        draft.epoch_start.extend(block(f"if <epoch> == {max(1, draft.epochs // 2)}:", lines))
    else:
        draft.batch_start.extend(block(f"if <it> == {max(1, draft.updates // 2)}:", lines))


def _last_epoch(draft: Draft) -> None:
    draft.before = ["<sched>.last_epoch = 3", *draft.before]


def _base_rates(draft: Draft) -> None:
    change = draft.rng.choice(
        ["<sched>.base_lrs = [0.03]", "<sched>.base_lrs[0] *= 0.5", "<sched>.base_lrs[0] = 0.02"]
    )
    if draft.rng.random() < 0.5:
        draft.before = [change, *draft.before]
    else:
        _at_some_time(draft, [change])


def _field(draft: Draft) -> None:
    _at_some_time(
        draft, [draft.rng.choice(["<sched>.gamma = 0.7", "<sched>.T_max = 50", "<sched>.step_size = 1"])]
    )


def _scheduler_state(draft: Draft) -> None:
    draft.names["saved"] = "saved"
    draft.before = ["<saved> = <sched>.state_dict()", *draft.before]
    _at_some_time(draft, ["<sched>.load_state_dict(<saved>)"])


def _optimizer_state(draft: Draft) -> None:
    draft.need("import copy")
    draft.names["saved"] = "saved"
    draft.before = ["<saved> = copy.deepcopy(<opt>.state_dict())", *draft.before]
    _at_some_time(draft, ["<opt>.load_state_dict(<saved>)"])


def _group_added(draft: Draft) -> None:
    draft.setup.append('<opt>.add_param_group({"params": [torch.nn.Parameter(torch.zeros(2))], "lr": 0.3})')


def _scheduler_again(draft: Draft) -> None:
    draft.need("import torch")
    _at_some_time(draft, ["<sched> = torch.optim.lr_scheduler.ExponentialLR(<opt>, 0.5)"])


def _defaults(draft: Draft) -> None:
    draft.before = ['<opt>.defaults["lr"] = 0.7', *draft.before]


def _base_rate_before(draft: Draft) -> None:
    """The rate is set by hand between the optimizer and its scheduler: it is the base rate."""
    draft.setup = ['<opt>.param_groups[0]["lr"] = 0.07', *draft.setup]


TOUCHES = {
    "last_epoch is set": _last_epoch,
    "base_lrs are set": _base_rates,
    "a field is set in the loop": _field,
    "the scheduler's state is loaded": _scheduler_state,
    "the optimizer's state is loaded": _optimizer_state,
    "a group is added": _group_added,
    "another scheduler in the loop": _scheduler_again,
    "the optimizer's defaults are set": _defaults,
    "the rate is set before the scheduler": _base_rate_before,
}


def touched(draft: Draft) -> None:
    """Something that reaches into the scheduler or the optimizer, and may change the rate."""
    chosen = draft.rng.choice(list(TOUCHES))
    draft.mark("t", chosen)
    TOUCHES[chosen](draft)


# --- spellings of the scheduler itself --------------------------------------------------------------------


def _alias(draft: Draft) -> tuple[str, str]:
    return "<again> = <sched>", "<again>"


def _in_dict(draft: Draft) -> tuple[str, str]:
    return '<again> = {"main": <sched>, "name": "main"}', '<again>["main"]'


def _in_list(draft: Draft) -> tuple[str, str]:
    return "<again> = [<sched>]", "<again>[0]"


def _in_namespace(draft: Draft) -> tuple[str, str]:
    draft.need("from types import SimpleNamespace")
    return "<again> = SimpleNamespace(scheduler=<sched>, epoch=0)", "<again>.scheduler"


def _in_tuple(draft: Draft) -> tuple[str, str]:
    return "<again>, <unused> = <sched>, None", "<again>"


SPELLINGS = {
    "an alias": _alias,
    "a dict of schedulers": _in_dict,
    "a list of schedulers": _in_list,
    "a namespace": _in_namespace,
    "tuple unpacking": _in_tuple,
}


STEPPER = """
def make_stepper(s):
    def advance():
        s.step()
    return advance
""".strip()
CALLS = {
    "a bound method": ("<again> = <sched>.step", "<again>()"),
    "a closure": ("<again> = make_stepper(<sched>)", "<again>()"),
    "a lambda": ("<again> = lambda: <sched>.step()", "<again>()"),
    "a list of hooks": ("<again> = [<sched>.step]", "[hook() for hook in <again>]"),
    "a comprehension": ("<again> = [<sched>]", "[each.step() for each in <again>]"),
    "map": ("<again> = [<sched>]", "list(map(lambda each: each.step(), <again>))"),
    "and": ("", "<sched> and <sched>.step()"),
    "a conditional expression": ("", "<sched>.step() if <sched> is not None else None"),
    "its result assigned": ("", "_ = <sched>.step()"),
    "getattr": ("", 'getattr(<sched>, "step")()'),
}
"""What is set up, and what stands for ``scheduler.step()``."""


def respelled(draft: Draft) -> None:
    """Another name for the scheduler, or for its ``step``."""
    draft.names |= {"again": draft.rng.choice(["lr_sched", "s", "sched_now"]), "unused": "_nothing"}
    bare = any("<sched>.step()" in line for call in draft.calls for line in call.lines)
    chosen = draft.rng.choice([*SPELLINGS, *(CALLS if bare else ())])
    draft.mark("1", chosen)
    if chosen in SPELLINGS:
        line, spelled = SPELLINGS[chosen](draft)
        draft.setup.append(line)
        old, new = "<sched>.", spelled + "."
    else:
        setup, new = CALLS[chosen]
        draft.setup += [setup] if setup else []
        draft.definitions += [STEPPER] if "make_stepper" in setup else []
        old = "<sched>.step()"
    for call in draft.calls:
        call.lines = [line.replace(old, new) for line in call.lines]


def frame(rng: Random) -> str:
    return rng.choice(["nested"] * 6 + ["toy"] * 2 + ["flat", "flat", "while"])
