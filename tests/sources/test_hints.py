"""What a person may have meant who gives an option that is not what the text wants."""

from pathlib import Path

import pytest

from lrplot.document.overrides import Overrides
from lrplot.errors import LrplotError
from lrplot.sources.reference import load

SCRIPT = """\
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, required=True)
args = parser.parse_args()
optimizer = torch.optim.SGD(model.parameters(), lr=args.lr)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 30)
"""


def test_a_binding_of_a_near_name_is_said_where_the_name_is_asked_for() -> None:
    with pytest.raises(LrplotError, match=r"'base' is not known here; .*--let bas binds no name"):
        load("StepLR(SGD(p, lr=base), 30)", Overrides(bindings={"bas": "0.1"}))


def test_the_flag_of_a_script_is_offered_beside_a_binding(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(SCRIPT)
    with pytest.raises(LrplotError, match=r"--let args.lr=….*own flag behind --: -- --lr …"):
        load(str(tmp_path / "train.py"))


def test_an_option_that_the_script_has_too_is_said_to_be_the_other(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(SCRIPT)
    (run,) = load(str(tmp_path / "train.py"), Overrides(settings={"lr": "0.4"}))
    assert float(run.schedule(0)) == 0.4
    assert any("--lr is lrplot's own" in note for note in run.notes)
