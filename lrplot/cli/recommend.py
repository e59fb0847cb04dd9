import sys
from typing import Annotated

import typer

from lrplot.cli.groups import FileOptions
from lrplot.cli.output import note, say
from lrplot.cli.results import file_named, put
from lrplot.errors import UsageError

EXAMPLES = (
    "\b\nExamples:\n"
    "  lrplot recommend --task nlp --steps 1e5 -o spec.yaml\n"
    "  lrplot recommend --task vision --batch-size 1024 | lrplot render - -f table\n"
    "  lrplot recommend --task finetune --symptom diverges --lr 5e-5\n"
    "  lrplot recommend --task gan --budget unknown --alternative"
)

_TASKS = "baseline, vision, nlp, large, finetune, speech, rl, gan or research."

Task = Annotated[str | None, typer.Option(metavar="TASK", help=_TASKS)]
Symptom = Annotated[
    str | None, typer.Option(metavar="SYMPTOM", help="stalled, diverges, oscillates or slow.")
]
OptimizerName = Annotated[
    str | None, typer.Option("--optimizer", metavar="NAME", help="sgd, adam, adamw, rmsprop or adagrad.")
]
Budget = Annotated[
    str | None, typer.Option(metavar="known|unknown", help="Whether you know how long you train.")
]
Steps = Annotated[str | None, typer.Option(metavar="N", help="Optimizer updates in the run (1e6 works).")]
BatchSize = Annotated[str | None, typer.Option(metavar="N", help="Examples in a batch, over all devices.")]
Rate = Annotated[str | None, typer.Option("--lr", metavar="RATE", help="The base rate you use now.")]
Alternative = Annotated[bool, typer.Option("--alternative", help="Print the other way instead.")]


def recommend(
    task: Task = None,
    symptom: Symptom = None,
    optimizer: OptimizerName = None,
    budget: Budget = None,
    steps: Steps = None,
    batch_size: BatchSize = None,
    lr: Rate = None,
    alternative: Alternative = False,
    *,
    file: FileOptions,
) -> None:
    """Print a spec for your case, with its reasons and sources.

    Where to begin, not an optimum. Without options, a terminal is asked a few questions.
    """
    from lrplot.recommend import Case
    from lrplot.recommend import recommend as advise

    given = {"task": task, "symptom": symptom, "optimizer": optimizer, "budget": budget}
    given |= {"steps": steps, "batch_size": batch_size, "lr": lr}
    if not any(value is not None for value in given.values()):
        given = _asked()
    words = {name: text for name in ("task", "symptom", "optimizer", "budget") if (text := given[name])}
    case = Case(
        **words,
        steps=_whole("steps", given["steps"]),
        batch_size=_whole("batch-size", given["batch_size"]),
        lr=_number("lr", given["lr"]),
    )
    best, other = advise(case)
    if alternative:
        best, other = other, best
    flag = "without --alternative" if alternative else "--alternative"
    text = best.yaml(f"Another way: {other.title} ({flag}).")
    put([text.encode()], file_named(file.output))
    note(f"another way: {other.title} ({flag})")


def _number(name: str, text: str | None) -> float | None:
    from lrplot.document.tree import resolve

    if text is None:
        return None
    value = resolve(text)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UsageError(f"--{name} must be a number, got '{text}'")
    return value


def _whole(name: str, text: str | None) -> int | None:
    value = _number(name, text)
    if value is None:
        return None
    if not float(value).is_integer():
        raise UsageError(f"--{name} must be a whole number, got '{text}'")
    return int(value)


def _asked() -> dict[str, str | None]:
    """The answers of the person at the terminal; an empty one leaves the question open."""
    from lrplot.recommend import BUDGETS, OPTIMIZERS, SYMPTOMS, TASKS

    if not (sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(f"recommend wants --task ({', '.join(TASKS)}) or --symptom ({', '.join(SYMPTOMS)})")
    questions = {
        "task": f"What do you train? ({', '.join(TASKS)})",
        "symptom": f"Is something wrong? ({', '.join(SYMPTOMS)})",
        "optimizer": f"Which optimizer? ({', '.join(OPTIMIZERS)})",
        "budget": f"Do you know how long you train? ({', '.join(BUDGETS)})",
        "steps": "How many steps?",
        "batch_size": "Examples in a batch?",
        "lr": "Which base rate do you use now?",
    }
    say("Enter alone: nothing is wrong, or as usual.")
    answers = (typer.prompt(text, default="", show_default=False, err=True) for text in questions.values())
    return {name: answer.strip() or None for name, answer in zip(questions, answers, strict=True)}
