"""The hooks of ``.pre-commit-hooks.yaml``, run by the real pre-commit on a small repository."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.live

HOOKS = Path(__file__).parents[2] / ".pre-commit-hooks.yaml"
STEP = "lr: 0.1\nsteps: 90\nschedule: {type: step, step_size: 30}\n"


def test_the_hooks_fail_where_a_picture_is_stale_or_a_schedule_is_likely_wrong(tmp_path: Path) -> None:
    hooks = yaml.safe_load(HOOKS.read_text(encoding="utf-8"))
    # The program that is here, in place of one that pre-commit would install from the repository.
    ours = [{**hook, "language": "system", "entry": f"{sys.executable} -m {hook['entry']}"} for hook in hooks]
    ours[0]["args"] = ["configs", "README.md"]
    config = {"repos": [{"repo": "local", "hooks": ours}]}
    (tmp_path / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs/step.yaml").write_text(STEP)
    (tmp_path / "README.md").write_text("<!-- lrplot cosine -->\n")
    home = {**os.environ, "PRE_COMMIT_HOME": str(tmp_path / ".cache")}

    def say(*command: str) -> tuple[int, str]:
        done = subprocess.run(command, cwd=tmp_path, env=home, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    def hooked() -> tuple[int, str]:
        assert say("git", "add", "--all")[0] == 0
        return say(sys.executable, "-m", "pre_commit", "run", "--all-files")

    assert say("git", "init", "--quiet")[0] == 0
    (tmp_path / ".gitignore").write_text(".cache\n")
    code, said = hooked()
    assert code == 1
    assert "imgs/step.png: missing; configs/step.yaml makes it" in said
    assert "README.md:1: no picture under the block" in said
    drawn = say(sys.executable, "-m", "lrplot", "gallery", "configs", "README.md")
    assert drawn[0] == 0, drawn[1]
    assert hooked()[0] == 0
    (tmp_path / "configs/step.yaml").write_text(STEP.replace("30", "300"))
    code, said = hooked()
    assert code == 1
    assert "imgs/step.png: stale" in said
    assert "the first drop at 300 never comes" in said
