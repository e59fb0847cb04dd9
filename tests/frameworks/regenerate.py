"""Write the stored figures anew from the installed frameworks: python tests/frameworks/regenerate.py"""

import json
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> None:
    sys.path.insert(0, str(HERE.parent))
    import torch
    from frameworks.cases import CASES, step_torch

    figures = {}
    for name, case in CASES.items():
        rates, momenta = step_torch(case.call, case.steps)
        moves = len(set(momenta)) > 1
        figures[name] = {"call": case.call, "lr": rates} | ({"momentum": momenta} if moves else {})
    lines = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in figures.items()]
    text = '{"torch": ' + json.dumps(torch.__version__) + ', "figures": {\n' + ",\n".join(lines) + "\n}}\n"
    (HERE / "torch.json").write_text(text)
    _calls()
    _reacting()


def _reacting() -> None:
    """The rates of the schedulers that react to a metric."""
    from importlib.metadata import version

    from frameworks.reacting_cases import CASES, run

    names = {"torch", "keras", "timm", "mmengine-lite", "optax", "transformers"}
    figures = {
        name: {"parameters": parameters, "rates": run(framework, parameters, metrics)}
        for name, (framework, parameters, metrics) in CASES.items()
    }
    lines = [f"{json.dumps(name)}: {json.dumps(figure)}" for name, figure in figures.items()]
    versions = json.dumps({name: version(name) for name in sorted(names)})
    text = '{"versions": ' + versions + ', "figures": {\n' + ",\n".join(lines) + "\n}}\n"
    (HERE / "reacting.json").write_text(text)


def _calls() -> None:
    """The rates of every call that the plain tests read as text."""
    from importlib.metadata import version

    from frameworks import oracles, other_cases
    from frameworks.text_cases import CASES, STEPS

    run = {
        "torch": oracles.torch_rates,
        "transformers": oracles.torch_rates,
        "keras": oracles.keras_rates,
        "optax": oracles.optax_rates,
    }
    stored = []
    for name, calls in CASES.items():
        title = f"{name} {version(name)}"
        stored += [(title, call, oracles.LR, run[name](call, STEPS).tolist()) for call in calls]
    others = other_cases.CASES.items()
    stored += [(name, call, lr, other_cases.step_case(name)) for name, (call, _, lr) in others]
    lines = [
        json.dumps(
            {"framework": name, "call": call, "lr": lr, "rates": [float(f"{rate:.13g}") for rate in rates]}
        )
        for name, call, lr, rates in stored
    ]
    (HERE / "calls.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")


if __name__ == "__main__":
    main()
