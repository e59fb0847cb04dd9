"""Whole training scripts, drawn from a seed, run for real in PyTorch and compared with what lrplot draws.

    python -m tests.loops.generate --count 2000 --seed 1 --jobs 2

Each script takes a scheduler of PyTorch in a loop and some of the mutations of kinds 1, 4, 5 and 7 of LOOPS.md.
It is executed here, with the rate of every ``optimizer.step()`` recorded, and given to lrplot as a file. A curve
that is not the one that was trained with is wrong, whatever else lrplot says about it.

Failures go to a folder: the script, and beside it what was trained with, what was drawn and what was said.
"""

import argparse
import json
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from . import schedulers
from .by_hand import by_hand
from .compare import Verdict, judge
from .draft import Draft
from .handed_on import lightning, other_clock, wrapped
from .loop import accumulating, clock, conditioned, ended, frame, pair, respelled, touched
from .run_torch import ScriptRaisedError, TookTooLong, Truth, prepare, run
from .shells import NUMBERS, SHELLS, finished, noise

ATTEMPTS = 20
"""How often another script is drawn where PyTorch itself raises in one."""
MOST_UPDATES = 400
SHOWN = 60
"""Failures that the digest names."""
OPT = ("optimizer", "optimizer", "optim_", "opt")
SCHED = ("scheduler", "scheduler", "lr_scheduler", "sched")


@dataclass(frozen=True)
class Script:
    """A text, the mutations in it, and what may be answered where lrplot asks for an option."""

    text: str
    marks: tuple[str, ...]
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    index: int
    script: Script
    truth: Truth
    verdict: Verdict
    raised: list[str] = field(default_factory=list)


def script(seed: int, index: int, attempt: int = 0, *, with_lightning: bool = False) -> Script:
    """One script; the same arguments always give the same text."""
    rng = Random(f"{seed}/{index}/{attempt}")  # noqa: S311 (drawn, not secret)
    draft = Draft(rng, frame(rng), rng.randint(3, 10), rng.choice([1, 2, 3, 4, 5, 7, 8]))
    draft.names |= {
        "opt": rng.choice(OPT),
        "sched": rng.choice(SCHED),
        "sched2": rng.choice(["warmup_sched", "other"]),
        "epoch": rng.choice(["epoch", "epoch", "ep", "e"]),
        "i": rng.choice(["i", "i", "step", "batch_idx"]),
        "it": rng.choice(["global_step", "it", "num_updates", "iteration"]),
        "loss": "loss",
        "model": rng.choice(["model", "net"]),
        "params": "params",
        "loader": rng.choice(["loader", "train_loader", "dataloader"]),
    }
    stages = ["condition", "accumulate", "end", "spelling", "shell", "numbers", "noise", "touch"]
    chosen = set(rng.sample(stages, rng.choice([0, 0, 1, 1, 1, 2, 2, 3, 4, 6])))
    at = schedulers.imports(draft)
    source = rng.choices(["scheduler", "pair", "hand", "other clock", "wrapped"], [10, 2, 6, 2, 5])[0]
    if with_lightning and index % 20 == 0:
        lightning(draft, at)
        return Script(draft.whole_text or "", tuple(draft.marks), _answers(draft))
    if source == "scheduler":
        clock(draft, at, mutated=rng.random() < 0.6)
    else:
        {"pair": pair, "hand": by_hand, "other clock": other_clock, "wrapped": wrapped}[source](draft, at)
    if "condition" in chosen and draft.calls:
        conditioned(draft)
    if "accumulate" in chosen and draft.update == ["<opt>.step()"] and draft.frame != "toy":
        accumulating(draft)
    if "end" in chosen:
        ended(draft)
    scheduled = any(line.startswith("<sched> =") for line in draft.setup)
    if "touch" in chosen and scheduled and source != "other clock" and rng.random() < 0.5:
        touched(draft)
    if "spelling" in chosen and draft.calls:
        respelled(draft)
    if "noise" in chosen:
        noise(draft)
    shell = rng.choice(list(SHELLS)) if "shell" in chosen else ""
    numbers = rng.choice(list(NUMBERS)) if "numbers" in chosen else rng.choice(["literals", "names"])
    numbers = draft.numbers or numbers
    if numbers not in {"literals", "names"}:
        draft.mark("1", numbers)
    draft.mark("f", draft.frame)
    text = finished(draft, numbers=numbers, shell=shell)
    return Script(text, tuple(draft.marks), _answers(draft))


AMBIGUOUS = ("accumul", "break", "continue", "range(0, n, 2)", "next(iterator)")
"""Where batches and updates are not one for one, ``--steps-per-epoch`` has no answer that needs no thought."""


def _answers(draft: Draft) -> Mapping[str, str]:
    nested = draft.frame == "nested" or "unread: updates in an import" in draft.marks
    known = nested and not draft.within and "accumulate" not in (draft.whole_text or "")
    if not known or any(word in mark for mark in draft.marks for word in AMBIGUOUS):
        return {}
    return {"steps-per-epoch": str(draft.batches)}


def drawn(seed: int, index: int, *, with_lightning: bool = False) -> tuple[Script, Truth, list[str]]:
    """A script that runs to its end, what it trained with, and what PyTorch said of those before it."""
    raised: list[str] = []
    for attempt in range(ATTEMPTS):
        made = script(seed, index, attempt, with_lightning=with_lightning)
        try:
            truth = run(made.text)
        except ScriptRaisedError as error:
            raised.append(str(error)[:200])
            continue
        except TookTooLong:
            raised.append("took too long")
            continue
        if len(truth.first) <= MOST_UPDATES:
            return made, truth, raised
    raise RuntimeError(f"no script of seed {seed}, index {index} runs: {raised[-1]}")


def tried(seed: int, index: int, *, with_lightning: bool = False) -> Result:
    """Draw, run and judge one script."""
    made, truth, raised = drawn(seed, index, with_lightning=with_lightning)
    return Result(index, made, truth, judge(made.text, truth, made.answers), raised)


def _tried(job: tuple[int, int, bool]) -> Result:
    seed, index, with_lightning = job
    return tried(seed, index, with_lightning=with_lightning)


def results(
    count: int, seed: int, jobs: int, *, with_lightning: bool = False, only: str = ""
) -> Iterable[Result]:
    """All results, in order; ``only`` those with a mark that holds this text."""
    prepare(with_lightning=with_lightning)
    work = [
        (seed, index, with_lightning)
        for index in range(count)
        if any(only in mark for mark in script(seed, index, with_lightning=with_lightning).marks)
    ]
    if jobs == 1:
        yield from map(_tried, work)
        return
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        yield from pool.imap(_tried, work, chunksize=8)


# --- the report -------------------------------------------------------------------------------------------


def expected_refusal(result: Result) -> bool:
    """Whether the rate cannot be known from the text: it depends on data, or on code elsewhere."""
    return any(mark.startswith(("data: ", "unread: ")) for mark in result.script.marks)


def _keep(result: Result, folder: Path) -> None:
    kind = result.verdict.outcome.replace(" ", "_")
    name = f"{kind}_{len(mutations(result)):02d}_{result.index:05d}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.py").write_text(result.script.text, encoding="utf-8")
    told: dict[str, Any] = {
        "marks": result.script.marks,
        **result.verdict.as_data(),
        "true": result.truth.first,
        "true_last_group": result.truth.last,
    }
    (folder / f"{name}.json").write_text(json.dumps(told, indent=1), encoding="utf-8")


KINDS = {
    "0": "a plain loop",
    "1": "how the loop calls the scheduler",
    "t": "fields and states that are touched",
    "data": "conditions on data",
    "4": "rates set by hand",
    "5": "clocks of other libraries",
    "7": "a scheduler handed on",
    "unread": "handed to an import",
}
"""The first word of a mutation's name; other marks (s: the scheduler, f: the frame of the loop, n: lines that
change nothing, o: the optimizer, 0: when it is stepped) are no mutations."""


def mutations(result: Result) -> list[str]:
    """The marks that are mutations."""
    plain = {"0", "s", "f", "n", "o"}
    return [mark for mark in result.script.marks if mark.partition(":")[0] not in plain]


def _row(name: str, results: list[Result], alone: list[Result]) -> str:
    def counts(of: list[Result]) -> str:
        row = Counter(each.verdict.outcome for each in of)
        rest = row["other axis"] + row["crash"] + row["hang"]
        return f"{len(of):5d} {row['right']:6d} {row['answered']:9d} {row['refused']:8d} {row['wrong']:6d} {rest:6d}"

    return f"{name[:58]:58s} {counts(results)}   | {counts(alone)}"


def _table(found: list[Result]) -> list[str]:
    """Kinds, then mutations: in all scripts that have one, and in those that have no other."""
    head = f"{'all':>5s} {'right':>6s} {'answered':>9s} {'refused':>8s} {'wrong':>6s} {'other':>6s}"
    lines = [f"{'':58s} {'in all scripts':44s}   | as the only mutation", f"{'kind':58s} {head}   | {head}"]
    marked = [(each, mutations(each)) for each in found]
    for kind, title in KINDS.items():
        if kind == "0":
            of = [each for each, marks in marked if not marks]
            alone = of
        else:
            of = [each for each, marks in marked if any(mark.startswith(kind + ":") for mark in marks)]
            alone = [
                each for each, marks in marked if marks and all(mark.startswith(kind + ":") for mark in marks)
            ]
        lines.append(_row(f"{kind}: {title}", of, alone))
    lines += ["", f"{'mutation':58s} {head}   | {head}"]
    for mark in sorted({mark for each in found for mark in each.script.marks}):
        of = [each for each in found if mark in each.script.marks]
        alone = [each for each, marks in marked if mark in each.script.marks and set(marks) <= {mark}]
        lines.append(_row(mark, of, alone))
    return lines


def digest(found: list[Result]) -> str:
    """The figures: totals, reasons, and every mutation with how often it was right, refused, wrong."""
    lines: list[str] = []
    outcomes = Counter(each.verdict.outcome for each in found)
    order = ("right", "answered", "refused", "wrong", "other axis", "crash", "hang")
    lines.append(f"{len(found)} scripts: " + ", ".join(f"{name} {outcomes[name]}" for name in order))
    refused = [each for each in found if each.verdict.outcome == "refused"]
    known = sum(map(expected_refusal, refused))
    lines.append(
        f"  of the refused, {known} depend on data or on code elsewhere, {len(refused) - known} do not"
    )
    raised = sum(len(each.raised) for each in found)
    lines.append(f"  {raised} more scripts were drawn in which PyTorch itself raises; they are not counted")
    for outcome in order[1:]:
        reasons = Counter(each.verdict.reason for each in found if each.verdict.outcome == outcome)
        if reasons:
            lines += ["", f"{outcome}, by reason"]
            first = {
                each.verdict.reason: each.index for each in reversed(found) if each.verdict.outcome == outcome
            }
            lines += [
                f"  {number:5d}  {reason}  (first: {first[reason]})"
                for reason, number in reasons.most_common(40)
            ]
    lines += ["", *_table(found)]
    failed = [each for each in found if each.verdict.outcome in {"wrong", "crash", "hang"}]
    if failed:
        failed.sort(key=lambda each: (len(mutations(each)), len(each.script.text)))
        lines += ["", "the simplest failures, one of each set of mutations (--show INDEX prints one)"]
        seen: set[tuple[str, ...]] = set()
        for each in failed:
            if (marks := tuple(mutations(each))) not in seen and len(seen) < SHOWN:
                seen.add(marks)
                told = "; ".join(each.script.marks)
                lines.append(f"  {each.index:5d}  {each.verdict.outcome}: {each.verdict.reason}  [{told}]")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--count", type=int, default=200, help="scripts")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--out", type=Path, default=Path("loop-failures"), help="folder for the failures")
    parser.add_argument("--refused", action="store_true", help="keep the refused scripts too")
    parser.add_argument("--lightning", action="store_true", help="every 20th script is one of Lightning")
    parser.add_argument("--only", default="", help='only scripts with a mark that holds this: "step() never"')
    parser.add_argument("--show", type=int, help="print the script of this index, and what becomes of it")
    options = parser.parse_args()
    if options.show is not None:
        prepare(with_lightning=options.lightning)
        result = tried(options.seed, options.show, with_lightning=options.lightning)
        print(result.script.text)
        print("#", "; ".join(result.script.marks))
        print("# true ", len(result.truth.first), result.truth.first[:60])
        for drawn_rates in result.verdict.drawn:
            print("# drawn", len(drawn_rates), drawn_rates[:60])
        print("#", result.verdict.outcome, result.verdict.reason)
        print("#", result.verdict.message or result.verdict.notes)
        return 0
    start, found = time.monotonic(), []
    for result in results(
        options.count, options.seed, options.jobs, with_lightning=options.lightning, only=options.only
    ):
        found.append(result)
        kept = {"wrong", "other axis", "crash", "hang"} | ({"refused"} if options.refused else set())
        if result.verdict.outcome in kept:
            _keep(result, options.out)
    print(digest(found))
    print(
        f"\n{time.monotonic() - start:.1f} s; seed {options.seed}; failures in {options.out}/",
        file=sys.stderr,
    )
    return 1 if any(each.verdict.outcome in {"wrong", "crash", "hang"} for each in found) else 0


if __name__ == "__main__":
    sys.exit(main())
