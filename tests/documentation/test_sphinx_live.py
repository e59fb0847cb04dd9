"""A small Sphinx project, built by the real Sphinx: what is drawn, when it is drawn again, how mistakes are told."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.live

CONF = 'extensions = ["lrplot.sphinxext"]\nnumfig = True\nlrplot_options = {"size": "5x3"}\n'
INDEX = """\
Demo
====

.. toctree::

   deep/page

.. lrplot:: cosine Theirs=OneCycleLR(optimizer, max_lr=0.2, total_steps=300)
   :steps: 300
   :title: Two of them
   :name: two
   :caption: Two schedules.

See :numref:`two`.

.. lrplot::

   title: Warm-up and cosine
   lr: 0.1
   steps: 1000
   schedule: {type: cosine, warmup: {steps: 100}}
"""
PAGE = """\
Page
====

- in a list

  .. lrplot:: ../run.yaml
     :set: schedule.gamma=0.5
           lr=0.2
     :alt: The run
     :width: 60%
"""
RUN = "lr: 0.1\nsteps: 90\nschedule: {type: step, step_size: 30}\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "deep").mkdir()
    for name, text in {
        "conf.py": CONF,
        "index.rst": INDEX,
        "deep/page.rst": PAGE,
        "run.yaml": RUN,
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def build(project: Path, builder: str = "html", *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sphinx", "--no-color", "-b", builder, "-d", "out/doctrees", *options]
    return subprocess.run(
        [*command, ".", f"out/{builder}"], cwd=project, capture_output=True, text=True, check=False
    )


def drawn(project: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in (project / "out/doctrees/lrplot").iterdir()}


def test_pages_show_their_pictures_and_are_drawn_again_only_when_something_changed(project: Path) -> None:
    done = build(project, "html", "-W", "-j", "2")
    assert done.returncode == 0, done.stderr
    page = (project / "out/html/index.html").read_text(encoding="utf-8")
    assert page.count("<img") == 2
    assert 'alt="cosine: learning rate 0.1 at step 0, ' in page
    assert "Theirs: learning rate 0.008 at step 0, 0.2 at step 89" in page
    assert '<span class="std std-numref">Fig. 1</span>' in page
    assert 'alt="The run"' in (project / "out/html/deep/page.html").read_text(encoding="utf-8")
    pictures = list((project / "out/html/_images").glob("lrplot-*.svg"))
    assert len(pictures) == 3
    assert all('viewBox="0 0 360 216"' in path.read_text(encoding="utf-8") for path in pictures)
    first = drawn(project)
    assert "0 added, 0 changed, 0 removed" in build(project).stdout
    assert drawn(project) == first
    # The spec that a page names belongs to it, and to no other page.
    (project / "run.yaml").write_text(RUN.replace("30", "45"))
    assert "reading sources... [100%] deep/page" in build(project).stdout
    second = drawn(project)
    assert len(second) == 4
    assert second.items() >= first.items()


def test_each_builder_gets_its_own_format(project: Path) -> None:
    for builder, kind, count in (("latex", "pdf", 3), ("singlehtml", "svg", 3), ("text", "", 0)):
        done = build(project, builder, "-W")
        assert done.returncode == 0, done.stderr
        assert len(list((project / "out" / builder).rglob(f"lrplot-*.{kind}"))) == count
    assert "[image: The run]" in (project / "out/text/deep/page.txt").read_text(encoding="utf-8")
    (project / "conf.py").write_text(CONF + 'lrplot_formats = ["png"]\n')
    assert build(project, "html", "-W").returncode == 0
    assert len(list((project / "out/html/_images").glob("lrplot-*.png"))) == 3


MISTAKES = {
    ".. lrplot:: cosin\n": (0, "lrplot: 'cosin' is neither a schedule of the catalogue nor a file"),
    ".. lrplot:: cosine\n   :steps: -1\n": (0, "lrplot: :steps: steps must lie between 1 and 2^53, got -1"),
    ".. lrplot:: cosine\n   :stepz: 9\n": (0, 'unknown option: "stepz"'),
    ".. lrplot::\n\n   lr: 0.1\n   steps: 9\n   schedule: {type: cosin}\n": (4, "no schedule type 'cosin'"),
    ".. lrplot:: cosine\n   :lr: 0\n   :yscale: log\n": (0, "lrplot: a log scale shows no zeros"),
    ".. lrplot:: cosine\n\n   lr: 0.1\n   schedule: cosine\n": (0, "leave out 'cosine'"),
}


def test_each_mistake_is_told_with_document_and_line(project: Path) -> None:
    text = "Page\n====\n\n"
    wanted = []
    for block, (below, said) in MISTAKES.items():
        line = text.count("\n") + 1 + below
        wanted.append((f"{project}/deep/page.rst:{line}: ERROR: ", said))
        text += block + "\n"
    (project / "deep/page.rst").write_text(text)
    done = build(project, "html", "-W")
    assert done.returncode != 0
    told = done.stderr.replace("\n", " ")
    for place, said in wanted:
        assert place in told
        assert said in told[told.index(place) :].partition(": ERROR: ")[2][:200]
