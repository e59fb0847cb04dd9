"""Write the stored figures anew from the installed PyTorch: python tests/frameworks/regenerate.py"""

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


if __name__ == "__main__":
    main()
