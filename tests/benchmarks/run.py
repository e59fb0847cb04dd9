"""lrplot beside what people would use instead: every comparison's rivals in turn, medians and ratios.

    pip install '.[benchmark]'
    python tests/benchmarks/run.py [--only NAME] [--json FILE]
    python tests/benchmarks/run.py --against COMMIT [--only NAME]

A machine's speed drifts, so a time says little alone: the rivals of a comparison run A B C C B A …, and
what counts is the ratio of the medians. Exit 1 where a bound is not met.

``--against`` has no rivals but an earlier commit: what HEAD takes over 10 % longer for is named, with exit 1.
"""

import argparse
import gc
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

# As lrplot's command line does; Keras needs one of its backends.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("KERAS_BACKEND", "torch")
sys.path.insert(0, str(Path(__file__).parents[1]))

_REST = 0.05
_PACKAGES = (
    "lrplot", "numpy", "matplotlib", "typer", "pydantic", "rich", "PyYAML",
    "torch", "transformers", "keras", "jax", "optax",
)  # fmt: skip


def machine() -> dict[str, Any]:
    """What the figures are of."""
    installed = {name: _version(name) for name in _PACKAGES}
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "versions": {name: version for name, version in installed.items() if version},
    }


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(": ", 1)[1] for line in lines if line.startswith("model name")), "")


def compared(name: str) -> list[dict[str, Any]]:
    """A row a rival: both medians, their ratio, the bound and whether it is met."""
    from benchmarks.comparisons import COMPARISONS

    comparison = COMPARISONS[name]
    missing = {
        rival: [need for need in given.needs if find_spec(need) is None]
        for rival, given in comparison.rivals.items()
    }
    running = {rival: given for rival, given in comparison.rivals.items() if not missing[rival]}
    measures = {"": comparison.ours, **{rival: given.measure for rival, given in running.items()}}
    runs: dict[str, list[float]] = {who: [] for who in measures}
    with tempfile.TemporaryDirectory() as made:
        comparison.prepare(Path(made))
        # The first round warms caches and compiles; it does not count. Every other one goes backwards, so
        # that what one leaves behind for the next (freed memory, threads that still spin) favours none.
        for i in range(comparison.rounds + 1):
            for who in list(measures)[:: -1 if i % 2 else 1]:
                gc.collect()
                time.sleep(_REST)
                measured = measures[who](Path(made))
                if i:
                    runs[who].append(measured)
    return [
        {
            "comparison": name,
            "rival": rival,
            "unit": comparison.unit,
            "ours": statistics.median(runs[""]),
            **_judged(runs[""], runs.get(rival), given.most, missing[rival]),
        }
        for rival, given in comparison.rivals.items()
    ]


def _judged(
    ours: list[float], theirs: list[float] | None, most: float | None, missing: list[str]
) -> dict[str, Any]:
    if theirs is None:
        return {"missing": missing}
    ratio = statistics.median(ours) / statistics.median(theirs)
    return {
        "theirs": statistics.median(theirs),
        "ratio": ratio,
        "most": most,
        "met": None if most is None else ratio <= most,
        "runs": {"ours": ours, "theirs": theirs},
    }


def _line(row: dict[str, Any]) -> str:
    cells = [row["comparison"], _amount(row["ours"], row["unit"]), row["rival"]]
    if "missing" in row:
        return _cells([*cells, "", f"{', '.join(row['missing'])} not installed", "", ""])
    most = "" if row["most"] is None else f"≤ {row['most']:.3g}"
    met = {None: "", True: "met", False: "**not met**"}[row["met"]]
    return _cells([*cells, _amount(row["theirs"], row["unit"]), f"{row['ratio']:.2g}", most, met])


def _cells(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _amount(value: float, unit: str) -> str:
    if unit != "s":
        return f"{value:.3g} {unit}"
    return f"{value:.3g} s" if value >= 1 else f"{value * 1e3:.3g} ms"


def _once(name: str) -> int:
    from benchmarks.comparisons import COMPARISONS

    comparison = COMPARISONS[name]
    folder = Path.cwd()
    comparison.prepare(folder)
    comparison.ours(folder)
    print(comparison.ours(folder))
    return 0


def _against(commit: str, names: list[str]) -> int:
    from benchmarks.against import SLOWER, against
    from benchmarks.comparisons import COMPARISONS

    print(_cells(["comparison", commit, "HEAD", "HEAD / before", ""]))
    print(_cells(["---"] * 5), flush=True)
    slower = False
    for row in against(commit, names):
        unit = COMPARISONS[row.name].unit
        amounts = ["" if each is None else _amount(each, unit) for each in (row.before, row.now)]
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        print(_cells([row.name, *amounts, ratio, f"**over {SLOWER}**" if row.slower else ""]), flush=True)
        slower |= row.slower
    return int(slower)


def main() -> int:
    from benchmarks.comparisons import COMPARISONS

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", metavar="NAME", action="append", help="comparisons whose name holds this")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write every figure there")
    parser.add_argument("--against", metavar="COMMIT", help="HEAD beside this commit, instead of rivals")
    parser.add_argument("--once", metavar="NAME", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.once:
        return _once(given.once)
    names = [name for name in COMPARISONS if not given.only or any(part in name for part in given.only)]
    if not names:
        parser.error(f"no comparison has that in its name; known are {', '.join(COMPARISONS)}")
    if given.against:
        return _against(given.against, names)
    about = machine()
    versions = ", ".join(f"{name} {version}" for name, version in about["versions"].items())
    print(
        f"{about['processor']}, {about['cores']} cores; {about['system']}; Python {about['python']}; {versions}\n"
    )
    print(_cells(["comparison", "lrplot", "rival", "its median", "lrplot / rival", "bound", ""]))
    print(_cells(["---"] * 7), flush=True)
    rows = []
    for name in names:
        for row in compared(name):
            rows.append(row)
            print(_line(row), flush=True)
    if given.json:
        given.json.write_text(json.dumps({"format": 1, "machine": about, "rows": rows}, indent=1) + "\n")
    return int(any(row.get("met") is False for row in rows))


if __name__ == "__main__":
    sys.exit(main())
