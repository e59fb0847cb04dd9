"""From a draft to a script: how numbers are spelled, where the data come from, what the loop stands in."""

import re

from .draft import Draft, block, root, used
from .run_torch import PROJECT

CARRIED = {"it", "best", "mean", "top"}
"""What a function that changes it has to give back."""
LOCAL = {"i", "loss", "now"}
_ASSIGNED = re.compile(r"^\s*<(\w+)>(?:, <\w+>)* (?:=|\+=) ")


# --- numbers ----------------------------------------------------------------------------------------------


def _literals(draft: Draft) -> list[str]:
    draft.names |= {name: repr(value) for name, value in draft.constants.items()}
    return []


def _variables(draft: Draft, spelled: dict[str, str]) -> list[str]:
    draft.names |= spelled
    return [f"{spelled[name]} = {value!r}" for name, value in draft.constants.items()]


_COMMON = {
    "epochs": ("epochs", "num_epochs", "n_epochs", "max_epochs"),
    "batches": ("num_batches", "n_batches"),
    "total": ("total_steps", "max_iters", "num_steps"),
    "lr": ("learning_rate", "base_lr", "lr0"),
    "warm": ("warmup_epochs", "n_warm"),
    "accum": ("accumulation_steps", "accum_iter", "grad_accum"),
}


def _names(draft: Draft) -> dict[str, str]:
    return {name: draft.rng.choice(_COMMON.get(name, (name,))) for name in draft.constants}


def _lower(draft: Draft) -> list[str]:
    return _variables(draft, _names(draft))


def _upper(draft: Draft) -> list[str]:
    return _variables(draft, {name: spelled.upper() for name, spelled in _names(draft).items()})


def _in_a_dict(draft: Draft) -> list[str]:
    spelled = _names(draft)
    name = draft.rng.choice(["config", "cfg", "hparams"])
    draft.names |= {token: f'{name}["{key}"]' for token, key in spelled.items()}
    return [f"{name} = {{", *(f'    "{spelled[k]}": {v!r},' for k, v in draft.constants.items()), "}"]


def _in_a_class(draft: Draft) -> list[str]:
    spelled = _names(draft)
    way = draft.rng.choice(["class", "object", "dataclass", "namespace"])
    name = "Config" if way == "class" else draft.rng.choice(["config", "cfg"])
    draft.names |= {token: f"{name}.{key}" for token, key in spelled.items()}
    if way == "namespace":
        draft.need("from types import SimpleNamespace")
        given = ", ".join(f"{spelled[k]}={v!r}" for k, v in draft.constants.items())
        return [f"{name} = SimpleNamespace({given})"]
    if way == "dataclass":
        draft.need("from dataclasses import dataclass")
        fields = [f"{spelled[k]}: {type(v).__name__} = {v!r}" for k, v in draft.constants.items()]
        return ["@dataclass", *block("class Config:", fields), "", f"{name} = Config()"]
    lines = block("class Config:", [f"{spelled[k]} = {v!r}" for k, v in draft.constants.items()])
    return lines if way == "class" else [*lines, "", f"{name} = Config()"]


def _options(draft: Draft) -> list[str]:
    """``argparse``, with the defaults that the script runs with."""
    draft.need("import argparse")
    spelled = _names(draft)
    draft.names |= {token: f"args.{key}" for token, key in spelled.items()}
    lines = [
        draft.rng.choice(["parser = argparse.ArgumentParser()", 'parser = argparse.ArgumentParser("train")'])
    ]
    for token, value in draft.constants.items():
        flag = spelled[token].replace("_", draft.rng.choice("_-"))
        if isinstance(value, bool):
            lines.append(f'parser.add_argument("--{flag}", default={value!r})')
        elif draft.rng.random() < 0.2:
            lines.append(
                f'parser.add_argument("-{token[0].upper()}{len(lines)}", "--{flag}", default={value!r}, type={type(value).__name__}, help="{token}")'
            )
        else:
            lines.append(f'parser.add_argument("--{flag}", type={type(value).__name__}, default={value!r})')
    if draft.rng.random() < 0.5:
        return [*lines, "args = parser.parse_args([])"]
    draft.definitions.append("\n".join(block("def get_args():", [*lines, "return parser.parse_args([])"])))
    return ["args = get_args()"]


NUMBERS = {
    "literals": _literals,
    "names": _lower,
    "NAMES": _upper,
    "a dict of settings": _in_a_dict,
    "a class of settings": _in_a_class,
    "argparse": _options,
}


# --- model, data, optimizer -------------------------------------------------------------------------------


def _data(draft: Draft, *, real: bool) -> str:
    if draft.loader:
        return draft.loader
    if real:
        return draft.rng.choice(
            [
                "[torch.ones(2, 4)] * <batches>",
                "[torch.ones(2, 4) for _ in range(<batches>)]",
                "torch.utils.data.DataLoader(torch.ones(<batches> * 4, 4), batch_size=4)",
                "torch.utils.data.DataLoader(torch.ones(<batches> * 4 + 1, 4), batch_size=4, drop_last=True)",
                "torch.utils.data.DataLoader(dataset=torch.ones(<batches> * 4 - 1, 4), batch_size=4, shuffle=True)",
            ]
        )
    return draft.rng.choice(
        [
            "range(<batches>)",
            "[0] * <batches>",
            "list(range(<batches>))",
            "[(k, k) for k in range(<batches>)]",
        ]
    )


def materials(draft: Draft) -> list[str]:
    """The model, the data and the optimizer, with the training lines that fit them."""
    rng, lines = draft.rng, []
    real = "real" in draft.names or rng.random() < 0.35
    if real:
        lines.append("<model> = torch.nn.Linear(4, 1)")
        groups = "<model>.parameters()"
        if not draft.forward and draft.update:
            data = (
                "batch"
                if draft.frame == "nested" and "batch" in draft.batch_loop.split(" in ")[0]
                else "torch.ones(2, 4)"
            )
            draft.forward = [
                "<opt>.zero_grad()",
                f"<loss> = <model>({data}).pow(2).mean()",
                "<loss>.backward()",
            ]
    else:
        lines.append("<params> = [torch.nn.Parameter(torch.zeros(3))]")
        groups = "<params>"
        if draft.update:
            draft.forward = draft.forward or rng.choice(
                [[], ["<opt>.zero_grad()"], ["<loss> = torch.rand(1).item()"]]
            )
        if "<model>" in "".join(draft.epoch_start):
            lines.append("<model> = torch.nn.Linear(4, 1)")
    if any("<loss>" in line for call in draft.calls for line in call.lines) and not any(
        "<loss> =" in line for line in draft.forward
    ):
        draft.forward = [*draft.forward, "<loss> = torch.rand(1).item()"]
    asked = [*draft.epoch_start, *draft.setup, *draft.before]
    if draft.frame == "nested" or "<loader>" in "".join(asked):
        draft.constant("batches", draft.batches)
        lines.append(f"<loader> = {_data(draft, real=real)}")
    draft.constant("lr", rng.choice([0.1, 0.2, 0.05, 1.0, 0.4, 0.01]))
    name, more = rng.choice(
        [("SGD", ""), ("SGD", ", momentum=0.9"), ("Adam", ""), ("AdamW", ", weight_decay=0.01")]
    )
    if real and rng.random() < 0.15:
        factor = rng.choice(["", ', "lr": <lr> * 0.1'])
        groups = '[{"params": [<model>.weight]}, {"params": [<model>.bias]' + factor + "}]"
        draft.mark("o", "two groups" if not factor else "two groups, two rates")
    module = "torch.optim"
    if rng.random() < 0.25:
        draft.need("import torch.optim as optim")
        module = "optim"
    lines.append(f"<opt> = {module}.{name}({groups}, lr=<lr>{more})")
    return lines


# --- lines that change nothing ----------------------------------------------------------------------------


def noise(draft: Draft) -> None:
    """What every script has beside its training: logging, checkpoints, evaluation, devices."""
    scheduled = any(line.startswith("<sched> =") for line in draft.setup) and not any(
        word in line
        for line in draft.setup
        for word in ("EverySecond", "GradualWarmup", "HalfSpeed", "Logged")
    )
    time = "<epoch>" if draft.frame in {"nested", "toy"} else "<it>"
    end = draft.epoch_end if draft.frame in {"nested", "toy"} else draft.batch_end
    choices = {
        "print the rate": lambda: end.append(f"print(f\"{{{time}}}: {{<opt>.param_groups[0]['lr']:.5f}}\")"),
        "evaluate now and then": lambda: (
            draft.definitions.append("def evaluate(epoch):\n    return {'accuracy': 0.5 + 0.01 * epoch}"),
            end.extend(block(f"if {time} % 2 == 0:", [f"metrics = evaluate({time})"])),
        ),
        "seed and device": lambda: draft.setup.extend(
            ["torch.manual_seed(1)", 'device = torch.device("cuda" if torch.cuda.is_available() else "cpu")']
        ),
        "checkpoint": lambda: end.append(f'state = {{"step": {time}, "optimizer": <opt>.state_dict()}}'),
        "an average by hand": lambda: (
            draft.before.append("<mean> = 0.0"),
            draft.batch_end.append("<mean> = 0.9 * <mean> + 0.1"),
        ),
        "an import evaluates": lambda: (
            draft.need(f"from {PROJECT} import save_checkpoint"),
            end.append(f"save_checkpoint({time}, <opt>)"),
        ),
        "clip the gradients": lambda: draft.before_update.append(
            "torch.nn.utils.clip_grad_norm_(<opt>.param_groups[0]['params'], 1.0)"
        ),
        "a best score": lambda: (
            draft.definitions.append("def score():\n    return float(torch.rand(1))"),
            draft.before.append("<top> = 0.0"),
            end.extend(["current_score = score()", "if current_score > <top>:", "    <top> = current_score"]),
        ),
    }
    if scheduled:
        choices["history of rates"] = lambda: (
            draft.before.append("<history> = []"),
            end.append("<history>.append(<sched>.get_last_lr()[0])"),
        )
        choices["scheduler's state"] = lambda: end.append("saved = <sched>.state_dict()")
    draft.names |= {"mean": "running_loss", "top": "best_score", "history": "history"}
    for name in draft.rng.sample(list(choices), draft.rng.randint(1, 2)):
        choices[name]()
        draft.mark("n", name)


# --- what the loop stands in ------------------------------------------------------------------------------


def _module(draft: Draft, constants: list[str], made: list[str]) -> list[str]:
    return draft.spell([*constants, *made, *draft.loop()])


def _guarded(draft: Draft, constants: list[str], made: list[str]) -> list[str]:
    lines = draft.spell([*made, *draft.loop()])
    return [*constants, "", *block('if __name__ == "__main__":', lines)]


def _main(draft: Draft, constants: list[str], made: list[str]) -> list[str]:
    inside = draft.rng.random() < 0.5
    lines = draft.spell([*(constants if inside else []), *made, *draft.loop()])
    given = "args" if not inside and constants and constants[-1].startswith("args") else ""
    call = draft.rng.choice([[f"main({given})"], block('if __name__ == "__main__":', [f"main({given})"])])
    return [*([] if inside else constants), "", *block(f"def main({given}):", lines), "", *call]


def _parameters(draft: Draft, tokens: list[str]) -> tuple[list[str], dict[str, str]]:
    """The variables a function needs to be given, and other names for some of the tokens inside."""
    if draft.constants and draft.rng.random() < 0.5:
        tokens = [token for token in tokens if token not in draft.constants]
    roots = list(dict.fromkeys(root(draft.names[token]) for token in tokens))
    roots = [each for each in roots if each and each not in {"True", "False", "None"}]
    if draft.rng.random() >= 0.4:
        return roots, {}
    short = {"opt": "o", "sched": "lrs_"}
    return roots, {token: short[token] for token in short if token in tokens and draft.names[token] in roots}


def _function(draft: Draft, name: str, body: list[str], own: set[str]) -> tuple[list[str], str]:
    """A function with these lines, and the line that calls it; ``own`` are the tokens it sets itself."""
    assigned = dict.fromkeys(found.group(1) for found in map(_ASSIGNED.match, body) if found)
    carried = [draft.names[token] for token in assigned if token in CARRIED - own]
    tokens = [token for token in used(body) if token not in LOCAL | own]
    roots, other = _parameters(draft, tokens)
    renamed = {draft.names[token]: spelled for token, spelled in other.items()}
    head = f"def {name}({', '.join(renamed.get(each, each) for each in roots)}):"
    tail = [f"return {', '.join(carried)}"] if carried else []
    if draft.rng.random() < 0.3:
        given = ", ".join(f"{renamed.get(each, each)}={each}" for each in roots)
    else:
        given = ", ".join(roots)
    call = f"{name}({given})"
    return block(
        head, [*draft.spell(body, other), *tail]
    ), f"{', '.join(carried)} = {call}" if carried else call


def _interruptible(draft: Draft, constants: list[str], made: list[str]) -> list[str]:
    loop = block("try:", draft.spell(draft.loop()))
    tail = draft.rng.choice([["except KeyboardInterrupt:", "    pass"], ["finally:", '    print("done")']])
    return [*constants, *draft.spell(made), *loop, *tail]


def _in_a_context(draft: Draft, constants: list[str], made: list[str]) -> list[str]:
    head = draft.rng.choice(
        [
            "with torch.enable_grad():",
            "with torch.autograd.set_detect_anomaly(False):",
            'with torch.device("cpu"):',
        ]
    )
    return [*constants, *draft.spell(made), *block(head, draft.spell(draft.loop()))]


def _epoch_function(draft: Draft, constants: list[str], made: list[str]) -> list[str]:
    """``train_one_epoch(model, loader, optimizer, scheduler, epoch)``, defined in the script."""
    name = draft.rng.choice(["train_one_epoch", "train", "train_epoch", "run_epoch"])
    text, call = _function(draft, name, draft.inner(), set())
    rest = draft.spell([*made, *draft.loop([call])])
    if draft.rng.random() < 0.4 and not (constants and draft.rng.random() < 0.5):
        return [*constants, "", *text, "", *block("def main():", rest), "", "main()"]
    return [*constants, "", *text, "", *rest]


def _global_counters(draft: Draft, constants: list[str], made: list[str]) -> list[str]:
    """``train_one_epoch()`` that sees everything as globals, and counts in one."""
    inner = draft.inner()
    assigned = dict.fromkeys(found.group(1) for found in map(_ASSIGNED.match, inner) if found)
    kept = [draft.names[token] for token in assigned if token in CARRIED]
    head = [f"global {', '.join(kept)}"] if kept else []
    text = block("def train_one_epoch(epoch):", [*head, *draft.spell(inner, {"epoch": "epoch"})])
    return [
        *constants,
        "",
        *draft.spell(made),
        "",
        *text,
        "",
        *draft.spell(draft.loop(["train_one_epoch(<epoch>)"])),
    ]


def _train_function(draft: Draft, constants: list[str], made: list[str]) -> list[str]:
    """The whole loop in ``train(model, optimizer, scheduler)``."""
    name = draft.rng.choice(["train", "fit", "train_model", "run"])
    text, call = _function(draft, name, draft.loop(), CARRIED | {"epoch", "history", "stream", "saved"})
    return [*constants, "", *text, "", *draft.spell(made), call]


def _trainer(draft: Draft, constants: list[str], made: list[str]) -> list[str]:
    """A class with the optimizer and the scheduler on ``self``."""
    split = draft.frame in {"nested", "toy"} and draft.epoch_range != "product"
    inner = draft.inner() if split else None
    loop = draft.loop(["self.train_epoch(<epoch>)"] if inner else None)
    tokens = [
        token
        for token in used([*made, *loop, *(inner or [])])
        if token not in LOCAL | {"epoch"} | set(draft.constants)
    ]
    mine = {
        token: f"self.{draft.names[token]}" for token in tokens if re.fullmatch(r"\w+", draft.names[token])
    }
    if inner is None:
        mine.pop("it", None)
    if draft.rng.random() < 0.5:
        start = block("def __init__(self):", draft.spell(made, mine))
        outside, call = [], "Trainer()"
    else:
        needed = [t for t in used([*loop, *(inner or [])]) if t in mine and t in set(used(made))]
        names = [draft.names[token] for token in needed]
        start = block(f"def __init__(self, {', '.join(names)}):", [f"self.{name} = {name}" for name in names])
        outside, call = draft.spell(made), f"Trainer({', '.join(names)})"
    methods = [
        *start,
        "",
        *block(f"def {draft.rng.choice(['fit', 'train', 'run'])}(self):", draft.spell(loop, mine)),
    ]
    method = re.findall(r"def (\w+)\(self\):", "\n".join(methods))[-1]
    if inner:
        methods += [
            "",
            *block("def train_epoch(self, epoch):", draft.spell(inner, mine | {"epoch": "epoch"})),
        ]
    tail = draft.rng.choice([[f"trainer = {call}", f"trainer.{method}()"], [f"{call}.{method}()"]])
    return [*constants, "", *block("class Trainer:", methods), "", *outside, *tail]


def _builder(draft: Draft, constants: list[str], made: list[str]) -> list[str]:
    """The optimizer and the scheduler come from a function as a tuple."""
    loop = draft.loop()
    assigned = [token for line in made for token in used([line.partition(" = ")[0]]) if _ASSIGNED.match(line)]
    state = [token for token in dict.fromkeys(assigned) if token in used(loop) or token in {"opt", "sched"}]
    names = [draft.names[token] for token in state]
    inside = draft.spell([*made, f"return {', '.join(f'<{token}>' for token in state)}"])
    text = block("def build():", inside)
    unpack = f"{', '.join(names)} = build()"
    return [*constants, "", *text, "", unpack, *draft.spell(loop)]


SHELLS = {
    "if __name__": _guarded,
    "main()": _main,
    "try: the loop": _interruptible,
    "with ...: the loop": _in_a_context,
    "train_one_epoch()": _epoch_function,
    "global counters": _global_counters,
    "train()": _train_function,
    "class Trainer": _trainer,
    "build() returns a tuple": _builder,
}
_NEED_EPOCHS = {"train_one_epoch()", "global counters"}


def finished(draft: Draft, *, numbers: str, shell: str) -> str:
    """The text of a draft."""
    made = [*materials(draft), *draft.setup]
    if draft.frame in {"flat", "while"}:
        draft.constant("total", draft.updates)
    else:
        draft.constant("epochs", draft.epochs)
    constants = NUMBERS[numbers](draft)
    without = draft.frame in {"flat", "while"} or not draft.update or draft.epoch_range == "product"
    if shell in SHELLS and not (shell in _NEED_EPOCHS and without):
        draft.mark("1", shell)
        body = SHELLS[shell](draft, constants, made)
    else:
        body = _module(draft, constants, made)
    parts = ["\n".join(draft.imports), *draft.spell(draft.definitions), "\n".join(body)]
    text = "\n\n\n".join(part for part in parts if part) + "\n"
    return re.sub(r"\n{4,}", "\n\n\n", text)
