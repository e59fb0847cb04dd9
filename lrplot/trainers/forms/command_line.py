"""Command lines and shell scripts, read as text: variables, arrays, quotes; nothing is run."""

import ast
import itertools
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from lrplot.errors import LrplotError
from lrplot.trainers.form import Form

_ASSIGNMENT: Final = re.compile(
    r"^(?:export\s+|local\s+|declare\s+(?:-\w+\s+)?)?([A-Za-z_]\w*)(\+?)=(.*)$", re.DOTALL
)
_VARIABLE: Final = re.compile(
    r"\$\(\((?P<sum>[^()]*(?:\([^()]*\)[^()]*)*)\)\)"
    r"|\$\{(?P<name>\w+)(?:\[[@*]\])?(?::?[-=](?P<default>[^{}]*))?\}"
    r"|\$(?P<plain>[A-Za-z_]\w*)"
)
_FLAG: Final = re.compile(r"^--?[A-Za-z][\w.:/-]*")
_NUMBER: Final = re.compile(r"^[-+]?(\d[\d_]*\.?\d*|\.\d+)([eE][-+]?\d+)?$")
_DEEPEST: Final = 20
"""Variables of variables that are followed."""
_HASH: Final = "\ue000"
"""Stands for a ``#`` inside a word while a line is split."""
_LONGEST: Final = 1_000_000
"""Characters of a text that may start trainings: a script has some thousand."""
_MOST_EXPANDED: Final = 100_000
"""Characters of a line with its variables put in: a few that name each other twice make one without end."""
_MOST_LINES: Final = 5_000
"""Lines of a text that may start trainings: more are a table or a log, whose lines take long to split."""
_LAUNCHERS: Final = frozenset(
    {
        "torchrun",
        "accelerate",
        "deepspeed",
        "python",
        "python3",
        "srun",
        "uv",
        "run",
        "launch",
        "bash",
        "sh",
        "nohup",
        "poetry",
        "pipenv",
        "mpirun",
        "time",
        "sudo",
        "env",
        "exec",
        "composer",
        "horovodrun",
    }
)
"""What stands before the program that trains."""
_MODULES: Final = frozenset(
    {"torch.distributed.launch", "torch.distributed.run", "accelerate.commands.launch"}
)
_PER_NODE: Final = frozenset({"nproc_per_node", "num_gpus", "n"})
_NODES: Final = frozenset({"nnodes", "num_nodes"})
_TOTAL: Final = frozenset({"num_processes"})
_VALUELESS: Final = frozenset(
    {
        "multi_gpu",
        "use_deepspeed",
        "use_fsdp",
        "no_python",
        "standalone",
        "m",
        "u",
        "module",
        "use_env",
        "no_local_rank",
    }
)
"""Flags of launchers that take no value."""


_FILES: Final = (".yaml", ".yml", ".toml", ".json")
"""How the names of configurations end, which may be all that a command is given."""


@dataclass(slots=True)
class _Command:
    """The words of one command, and where it begins."""

    words: list[str]
    line: int
    variables: Mapping[str, str] = field(default_factory=dict)


def command_lines(text: str, name: str, folder: Path | None) -> Iterator[Form]:
    """The commands of a text that give flags or overrides to a program."""
    if "\0" in text or len(text) > _LONGEST or text.count("\n") > _MOST_LINES:
        return
    try:
        commands = list(_commands(text))
    except ValueError:
        return
    for command in commands:
        made = _form(command, name, folder)
        if made is not None:
            yield made


def started(text: str) -> tuple[str, tuple[str, ...]] | None:
    """The first Python script that a command line starts, and the words behind it; None where it starts none.

    >>> started("torchrun --nproc_per_node 2 train.py --lr 1e-3")
    ('train.py', ('--lr', '1e-3'))
    """
    try:
        commands = list(_commands(text))
    except ValueError:
        return None
    for command in commands:
        words = list(itertools.dropwhile(re.compile(r"^[A-Za-z_]\w*=").match, command.words))
        program, rest, _ = _program(words)
        if program and "-m" in words[: len(words) - len(rest)] and not program.endswith(".py"):
            program = program.replace(".", "/") + ".py"
        if program.endswith((".py", ".ipynb")):
            return program, tuple(rest)
    return None


def read_flags(words: Sequence[str]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The values of ``--key value``, ``--key=value``, ``--flag`` and ``--no-flag``, and the other words.

    >>> read_flags(["train", "--lr", "1e-4", "--bf16", "--betas", "0.9", "0.95", "--a-b=c", "x=1"])
    ({'lr': 0.0001, 'bf16': True, 'betas': [0.9, 0.95], 'a_b': 'c'}, ('train', 'x=1'))
    """
    values: dict[str, Any] = {}
    others: list[str] = []
    key, taken = "", 0
    for word in words:
        if _FLAG.match(word) and not _NUMBER.match(word):
            flag, equals, value = word.lstrip("-").partition("=")
            key, taken = flag.replace("-", "_"), 0
            values[key] = plain(value) if equals else True
            if equals:
                key = ""
            continue
        if (
            key
            and ("=" not in word or taken == 0)
            and not (taken and re.match(r"^(~|[A-Za-z_][\w.]*=)", word))
        ):
            value = plain(word)
            values[key] = value if taken == 0 else [*_listed(values[key], taken), value]
            taken += 1
        else:
            others.append(word)
    return values, tuple(others)


def _listed(value: Any, taken: int) -> list[Any]:
    return [value] if taken == 1 else value


def plain(word: str) -> Any:
    """A word of a command line as the number, truth or text it spells.

    >>> plain("2e-5"), plain("8"), plain("True"), plain("cosine"), plain("null")
    (2e-05, 8, True, 'cosine', None)
    """
    if _NUMBER.match(word):
        cleaned = word.replace("_", "")
        return int(cleaned) if re.match(r"^[-+]?\d+$", cleaned) else float(cleaned)
    known = {"true": True, "false": False, "none": None, "null": None}
    if word.lower() in known:
        return known[word.lower()]
    if word[:1] in "[{(" and word[-1:] in "]})":
        try:
            return ast.literal_eval(word)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            return word
    return word


def _commands(text: str) -> Iterator[_Command]:
    """The commands of a script, their variables put in."""
    variables: dict[str, str] = {}
    for number, line in _logical_lines(text):
        stripped = line.strip()
        assignment = _ASSIGNMENT.match(stripped)
        if assignment is not None and not _is_prefix(assignment[3]):
            name, adds, value = assignment.groups()
            value = value.strip()
            value = value[1:-1] if value[:1] == "(" and value[-1:] == ")" else _unquoted(value)
            value = _expanded(value, variables)
            variables[name] = f"{variables.get(name, '')} {value}" if adds else value
            continue
        for part in re.split(r"\s(?:&&|\|\||;|\||>|2>)\s?", stripped):
            words = _split(_expanded(part, variables))
            if words:
                yield _Command(words, number, dict(variables))


def _is_prefix(value: str) -> bool:
    """True where a command follows on the line of an assignment: ``CUDA_VISIBLE_DEVICES=0 python …``."""
    try:
        return len(_split(value)) > 1 and not value.strip().startswith(("(", '"', "'", "$("))
    except ValueError:
        return False


def _unquoted(value: str) -> str:
    try:
        return " ".join(_split(value))
    except ValueError:
        return value


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines joined where one ends with a backslash, or within the brackets or quotes of an assignment."""
    begun, held = 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        if not held:
            begun = number
        if held and line.strip().startswith("#") and "(" not in held:
            continue
        body = line.rstrip()
        if body.endswith("\\"):
            held += body[:-1] + " "
            continue
        held += body
        if _is_open(held):
            held += " " if "(" in held else "\n"
            continue
        if held.strip() and not held.strip().startswith("#"):
            yield begun, held
        held = ""
    if held.strip():
        yield begun, held


def _is_open(line: str) -> bool:
    """True where an array or a quotation of an assignment goes on in the next line."""
    found = re.match(r"^\s*(?:export\s+|declare\s+(?:-\w+\s+)?)?\w+\+?=\((.*)$", line, re.DOTALL)
    if found is not None and ")" not in re.sub(r"\$\(\(.*?\)\)|\$\(.*?\)", "", found[1]):
        return True
    quoted = re.match(r"""^\s*(?:export\s+)?\w+\+?=(["'])(.*)$""", line, re.DOTALL)
    return quoted is not None and quoted[1] not in quoted[2]


def _expanded(text: str, variables: Mapping[str, str], depth: int = 0) -> str:
    """A text with its variables put in; one that nobody sets stays as it is written."""
    if depth > _DEEPEST or len(text) > _MOST_EXPANDED:
        raise ValueError("too many variables")

    def put(found: re.Match[str]) -> str:
        if found["sum"] is not None:
            return _summed(
                _expanded(re.sub(r"(?<![\w$])([A-Za-z_]\w*)", r"${\1}", found["sum"]), variables, depth + 1)
            )
        name = found["name"] or found["plain"]
        value: str | None = variables.get(name, found["default"])
        return found[0] if value is None else _expanded(value, variables, depth + 1)

    return _VARIABLE.sub(put, text)


def _summed(text: str) -> str:
    """Whole-number arithmetic of the shell: ``$((8 * 4))``."""
    import numpy as np

    from lrplot.expression import Expression

    try:
        value = float(Expression(text.replace("/", "//"))(np.zeros(1))[0])
    except (LrplotError, ValueError, TypeError):
        return f"$(({text}))"
    return str(int(value))


def _form(command: _Command, name: str, folder: Path | None) -> Form | None:
    words = list(command.words)
    environment = dict(command.variables)
    while words and re.match(r"^[A-Za-z_]\w*=", words[0]):
        key, _, value = words.pop(0).partition("=")
        environment[key] = value
    program, rest, launched = _program(words)
    values, others = read_flags(rest)
    overrides = {k: plain(v) for k, _, v in (each.lstrip("+~").partition("=") for each in others) if k and v}
    if not values and not overrides and not any(each.endswith(_FILES) for each in others):
        return None
    devices = _devices(launched, environment)
    places = dict.fromkeys((*values, *overrides), f"{command.line}:1")
    return Form(
        name, "flags", {**values, **overrides}, places, program, others, devices, folder, launcher=launched
    )


def _program(words: Sequence[str]) -> tuple[str, Sequence[str], dict[str, Any]]:
    """The program that trains, what it is given, and the launcher's own flags."""
    launched: dict[str, Any] = {}
    i, flagged = 0, ""
    while i < len(words):
        word = words[i]
        if word.startswith("-"):
            flag, equals, value = word.lstrip("-").partition("=")
            key = flag.replace("-", "_")
            if word == "-m" and i + 1 < len(words) and words[i + 1] not in _MODULES:
                return words[i + 1], words[i + 2 :], launched
            launched[key] = plain(value) if equals else True
            flagged = "" if equals or key in _VALUELESS else key
        elif flagged:
            launched[flagged] = plain(word)
            flagged = ""
        elif word not in _LAUNCHERS and word not in _MODULES:
            return word, words[i + 1 :], launched
        i += 1
    return "", (), launched


def _devices(launched: Mapping[str, Any], environment: Mapping[str, str]) -> int | None:
    """The number of processes a launcher starts, None where it does not say."""
    total = next((v for k, v in launched.items() if k in _TOTAL and isinstance(v, int)), None)
    if total is not None:
        return total
    nodes = next((v for k, v in launched.items() if k in _NODES and isinstance(v, int)), 1)
    each = next((v for k, v in launched.items() if k in _PER_NODE and isinstance(v, int)), None)
    if each is not None:
        return each * nodes
    include = launched.get("include")
    if isinstance(include, str) and ":" in include:
        return sum(len(part.partition(":")[2].split(",")) for part in include.split("@"))
    visible = environment.get("CUDA_VISIBLE_DEVICES", "")
    if re.match(r"^\d+(,\d+)*$", visible):
        return len(visible.split(","))
    return None


def _split(text: str) -> list[str]:
    """The words of a line without its comment; a shell's comment begins a word, shlex' anywhere.

    >>> _split("--dataset org/name#500 # few")
    ['--dataset', 'org/name#500']
    """
    words = shlex.split(re.sub(r"(?<=\S)#", _HASH, text), comments=True)
    return [word.replace(_HASH, "#") for word in words]
