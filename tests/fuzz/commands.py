"""Command lines in this process: every command with drawn options, most of them right, so that they go deep."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random

import yaml

from lrplot.errors import UsageError
from lrplot.exports.scripts import TARGETS as EXPORTED
from lrplot.optimizers import TYPES as OPTIMIZERS
from lrplot.schedules import CATALOGUE

from ..command import lrplot
from ..laws import LawBrokenError
from . import calls, specs
from .case import Case
from .scripts import FOLDER
from .values import chance, factor, rate, some

TARGETS = (*EXPORTED, "yaml")
STEPS = ("0", "10", "50%", "last", "3ep", "5 epochs", "-1", "1e9", "x", "100%", "0.5")
WRONG = ("", "-1", "0", "nan", "1e400", "x", "5 epochs", "\N{SNOWMAN}", "1e309", "--", "[1", "{a: 1}", "a=b")
COSTLY = ("png", "svg", "pdf")

Option = Callable[[Random], list[str]]


def case(rng: Random) -> Case:
    files: dict[str, str] = {}
    command = rng.choices(list(COMMANDS), [FREQUENT.get(name, 2) for name in COMMANDS])[0]
    arguments = [command, *COMMANDS[command](rng, files)]
    if chance(rng, 0.03):
        arguments.insert(rng.randrange(1, len(arguments) + 1), rng.choice([*WRONG, "--help", "--nope"]))
    piped = yaml.safe_dump(specs.spec(rng, 0.01)).encode() if "-" in arguments else b""
    shown = f"lrplot {' '.join(map(repr, arguments))}"
    for name, text in files.items():
        shown += f"\n--- {name}\n{text}"

    def trial(folder: Path) -> None:
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        # LRPLOT_TRACEBACK lets an exception that is not ours through.
        done = lrplot(*arguments, cwd=folder, input=piped, env={"LRPLOT_TRACEBACK": "1", "HOME": str(folder)})
        _check(arguments, done.returncode, done.stdout, done.stderr.decode())

    return Case(shown + ("\n--- standard input\n" + piped.decode() if piped else ""), trial)


def _check(arguments: list[str], code: int, out: bytes, said: str) -> None:
    if code not in {0, 1, 2}:
        raise LawBrokenError(f"exit code {code}: {said}")
    # Rows are written as they are computed; lint's findings come before what cannot be read.
    streams = arguments[0] == "lint" or bool({"csv", "json"} & set(arguments))
    if code == 2 and (not said.strip() or (out and not streams)):
        raise LawBrokenError(f"exit 2, {len(out)} bytes of data, and the message '{said}'")
    if "Traceback" in said or "internal error" in said:
        raise LawBrokenError(said)
    if code != 2 and "--json" in arguments and "--help" not in arguments:
        json.loads(out, parse_constant=_no_number)
    if code == 2:
        raise UsageError(said)


def _no_number(name: str) -> None:
    raise LawBrokenError(f"{name} in JSON")


# --- what a command is given ------------------------------------------------------------------------------


def reference(rng: Random, files: dict[str, str]) -> str:
    """A name, a spec of its own or of configs/, a call, a script."""
    form = rng.choices(["name", "spec", "config", "call", "script", "odd"], [5, 4, 2, 5, 1, 0.3])[0]
    if form == "name":
        return rng.choice(list(CATALOGUE))
    if form == "config":
        return str(rng.choice(sorted(specs.CONFIGS.glob("*.yaml"))))
    if form == "call":
        return calls.call(rng)
    if form == "odd":
        return rng.choice(["-", "nope", "", "nope.yaml", "cosin", ".", *WRONG])
    name = f"f{len(files)}.{'yaml' if form == 'spec' else 'py'}"
    spec = specs.spec(rng, 0.005)
    files[name] = (
        yaml.safe_dump(spec, allow_unicode=True, sort_keys=False)
        if form == "spec"
        else rng.choice(sorted(FOLDER.glob("*.txt"))).read_text(encoding="utf-8")
    )
    return name


def _given(rng: Random, options: Mapping[str, Callable[[Random], str]], share: float = 0.2) -> list[str]:
    """Some of the options, each with a value; one of thirty values is wrong."""
    found: list[str] = []
    for name, draw in options.items():
        if chance(rng, share):
            value = rng.choice(WRONG) if chance(rng, 0.03) else draw(rng)
            found += [name, value] if value else [name]
    return found


def _setting(rng: Random) -> str:
    name = rng.choice(
        ["gamma", "eta_min", "T_max", "lr", "schedule.warmup.steps", "figure.dpi", "type", "power"]
    )
    drawn = {"type": "cosine", "schedule.warmup.steps": "5", "figure.dpi": "40", "T_max": "50"}
    return f"{name}={drawn.get(name) or factor(rng)}"


def _steps(rng: Random) -> str:
    return rng.choice(["1", "1e6", "10000000000"]) if chance(rng, 0.08) else str(rng.randint(1, 400))


HORIZON: Mapping[str, Callable[[Random], str]] = {
    "--steps": _steps,
    "--steps-per-epoch": lambda rng: rng.choice(["1", "5", "10"]),
    "--lr": lambda rng: repr(rate(rng)),
    "--set": _setting,
}
LET: Mapping[str, Callable[[Random], str]] = {
    "--let": lambda rng: rng.choice(["a=1", "steps=30", "args.lr=0.1"]),
}
UPDATE: Mapping[str, Callable[[Random], str]] = {
    "--update": lambda rng: rng.choice(["step", "epoch"]),
    "--metrics": lambda rng: rng.choice(["exp(-t / 9)", "1.0", "nope.csv"]),
}
LOOK: Mapping[str, Callable[[Random], str]] = {
    "--yscale": lambda rng: rng.choice(["linear", "log"]),
    "--theme": lambda rng: rng.choice(["light", "dark", "print", "transparent"]),
    "--size": lambda rng: rng.choice(["3x2", "4x1", "1x1"]),
    "--dpi": lambda rng: rng.choice(["20", "40"]),
    "--lang": lambda rng: rng.choice(["en", "zh"]),
}
BOWL: Mapping[str, Callable[[Random], str]] = {
    "--dimension": lambda rng: rng.choice(["1", "10", "100"]),
    "--spectrum": lambda rng: rng.choice(["1", "0", "2"]),
    "--noise": lambda rng: rng.choice(["1", "0"]),
    "--batch-size": lambda rng: rng.choice(["1", "8"]),
    "--momentum": lambda rng: rng.choice(["0", "0.9", "1"]),
    "--start": lambda rng: rng.choice(["1", "100", "0"]),
    "--curvature": lambda rng: rng.choice(["1", "0.1", "10"]),
}
RANGE: Mapping[str, Callable[[Random], str]] = {
    "--at": lambda rng: rng.choice(["0,10%,last", "1", "0,1,2,3", "2ep"]),
    "--every": lambda rng: rng.choice(["1", "7", "1000"]),
}


def _drawing(rng: Random, files: dict[str, str]) -> list[str]:
    kind = rng.choices(["table", "chart", "csv", "json", *COSTLY], [6, 6, 3, 3, 1, 0.5, 0.5])[0]
    shown = ["-f", kind] if kind not in COSTLY else ["-o", f"it.{kind}"]
    width = ["--width", str(rng.randint(24, 200)), "--height", str(rng.randint(6, 60))]
    more = (
        _given(rng, HORIZON)
        + _given(rng, {**UPDATE, **LET}, 0.04)
        + _given(rng, LOOK, 0.1)
        + _given(rng, RANGE, 0.05)
    )
    sweep = ["--sweep", f"{rng.choice(['gamma', 'lr', 'T_max'])}=0.1,0.5"] if chance(rng, 0.08) else []
    return [reference(rng, files), *shown, *(width if kind == "chart" else []), *more, *sweep]


def _compared(rng: Random, files: dict[str, str]) -> list[str]:
    return [reference(rng, files), *_drawing(rng, files)]


def _at(rng: Random, files: dict[str, str]) -> list[str]:
    when = [f"{rng.choice(['<', '>=', '=', 'crosses '])}{rate(rng):.3g}" for _ in some(rng, "ab", 2)]
    asked = [part for text in when for part in ("--when", text)] + (["--json"] if chance(rng, 0.3) else [])
    if not asked or chance(rng, 0.5):
        asked += [*some(rng, STEPS[:5], 3), rng.choice(STEPS)]
    return [reference(rng, files), *asked, *_given(rng, HORIZON), *_given(rng, {**UPDATE, **LET}, 0.04)]


def _diff(rng: Random, files: dict[str, str]) -> list[str]:
    first = reference(rng, files)
    second = first if chance(rng, 0.2) else reference(rng, files)
    return [first, second, *_given(rng, HORIZON), *(["--json"] if chance(rng, 0.4) else [])]


def _lint(rng: Random, files: dict[str, str]) -> list[str]:
    form = rng.choice([[], ["--json"], ["--severity", "note"], ["-f", "sarif"], ["--select", "LR001"]])
    return [reference(rng, files), *form, *_given(rng, HORIZON), *_given(rng, {**UPDATE, **LET}, 0.04)]


def _explain(rng: Random, files: dict[str, str]) -> list[str]:
    form = rng.choice([[], ["--json"], ["--latex"], ["--lang", "zh"]])
    named = rng.choice(list(OPTIMIZERS)) if chance(rng, 0.1) else reference(rng, files)
    return [named, *form, *_given(rng, HORIZON, 0.15)]


def _export(rng: Random, files: dict[str, str]) -> list[str]:
    strict = ["--strict"] if chance(rng, 0.2) else []
    return [
        reference(rng, files),
        "--to",
        rng.choice(TARGETS),
        *strict,
        *_given(rng, HORIZON),
        *_given(rng, {**UPDATE, **LET}, 0.04),
    ]


def _simulate(rng: Random, files: dict[str, str]) -> list[str]:
    kind = rng.choice(["table", "csv", "json"])
    steps = ["--steps", str(rng.randint(1, 300))]
    return [reference(rng, files), "-f", kind, *steps, *_given(rng, BOWL), *(["--lr", repr(rate(rng))])]


def _rank(rng: Random, _files: dict[str, str]) -> list[str]:
    grid = ["--over", f"lr={rate(rng)},{rate(rng)}"]
    return [rng.choice(list(CATALOGUE)), *grid, "--steps", str(rng.randint(1, 100)), *_given(rng, BOWL, 0.1)]


def _recommend(rng: Random, _files: dict[str, str]) -> list[str]:
    options: dict[str, Callable[[Random], str]] = {
        "--task": lambda rng: rng.choice(["baseline", "vision", "nlp", "large", "finetune", "gan"]),
        "--symptom": lambda rng: rng.choice(["stalled", "diverges", "oscillates", "slow"]),
        "--optimizer": lambda rng: rng.choice(list(OPTIMIZERS)),
        "--budget": lambda rng: rng.choice(["known", "unknown"]),
        "--steps": _steps,
        "--batch-size": lambda rng: rng.choice(["32", "4096"]),
        "--lr": lambda rng: repr(rate(rng)),
    }
    given = _given(rng, options, 0.4)
    return given or ["--symptom", "slow"]


def _gallery(rng: Random, files: dict[str, str]) -> list[str]:
    name = reference(rng, files)
    return [".", *(["--check"] if chance(rng, 0.5) else []), *([name] if chance(rng, 0.1) else [])]


COMMANDS: Mapping[str, Callable[[Random, dict[str, str]], list[str]]] = {
    "render": _drawing,
    "compare": _compared,
    "at": _at,
    "diff": _diff,
    "lint": _lint,
    "explain": _explain,
    "export": _export,
    "simulate": _simulate,
    "rank": _rank,
    "recommend": _recommend,
    "gallery": _gallery,
    "list": lambda rng, _: _given(rng, {"--json": lambda _: "", "--lang": lambda _: "zh"}),
    "explore": lambda rng, files: [reference(rng, files)],
    "schema": lambda _rng, _files: [],
}
FREQUENT = {
    "render": 8,
    "compare": 4,
    "at": 6,
    "diff": 4,
    "lint": 6,
    "export": 6,
    "list": 0.3,
    "schema": 0.2,
    "gallery": 0.5,
}
FREQUENT["explore"] = 0.3
