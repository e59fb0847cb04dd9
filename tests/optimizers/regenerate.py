"""Write the stored figures anew from the installed frameworks: python tests/optimizers/regenerate.py"""

import json
import sys
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent


def main() -> None:
    sys.path.insert(0, str(HERE.parent))
    from optimizers import cases

    for framework, named, weights in (
        ("torch", cases.TORCH, cases.torch_weights),
        ("keras", cases.KERAS, cases.keras_weights),
    ):
        lines = [
            json.dumps(name)
            + ": "
            + json.dumps(weights(kind, given, cases.RATES, cases.GRADIENTS, cases.START).tolist())
            for name, (kind, given) in named.items()
        ]
        start = f'{{"{framework}": "{version(framework)}", "weights": {{\n'
        (HERE / f"{framework}.json").write_text(start + ",\n".join(lines) + "\n}}\n")


if __name__ == "__main__":
    main()
