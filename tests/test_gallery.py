"""The gallery on folders of its own: what is drawn, what is kept, and what --check finds."""

import json
import shutil
from pathlib import Path

import pytest
from command import lrplot

from lrplot.__main__ import run

ROOT = Path(__file__).parents[1]
STEP = "lr: 0.1\nsteps: 90\nschedule: {type: step, step_size: 30}\n"
COSINE = "title: Cosine | annealing\nlr: 0.1\nsteps: 90\nschedule: cosine\nfigure: {output: 余弦 decay.png, dpi: 50}\n"


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("drawn")
    (where / "configs").mkdir()
    (where / "configs/step.yaml").write_text(STEP)
    (where / "configs/cosine.yaml").write_text(COSINE, encoding="utf-8")
    assert gallery(where)[0] == 0
    return where


@pytest.fixture
def folder(tmp_path: Path, drawn: Path) -> Path:
    shutil.copytree(drawn, tmp_path, dirs_exist_ok=True)
    return tmp_path


def gallery(where: Path, *arguments: str) -> tuple[int, str]:
    done = lrplot("gallery", *arguments, cwd=where)
    said = done.stderr.decode()
    assert done.stdout == b""
    assert "Traceback" not in said
    return done.returncode, said


def edit(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def test_every_spec_becomes_its_picture_and_the_lock_remembers(folder: Path) -> None:
    names = sorted(path.name for path in (folder / "imgs").iterdir())
    assert names == ["gallery.lock", "step.png", "余弦 decay.png"]
    assert gallery(folder, "--check") == (0, "2 pictures are as their specs say\n")


def test_only_what_changed_is_drawn_again(folder: Path) -> None:
    assert gallery(folder) == (0, "drew 0, kept 2\n")
    edit(folder / "configs/step.yaml", "30", "20")
    code, said = gallery(folder)
    assert (code, said) == (0, "wrote imgs/step.png\ndrew 1, kept 1\n")
    assert gallery(folder, "--all")[1].endswith("drew 2, kept 0\n")


def test_an_edited_spec_is_stale_and_a_comment_is_not(folder: Path) -> None:
    edit(folder / "configs/step.yaml", "lr", "# only a comment\nlr")
    assert gallery(folder, "--check")[0] == 0
    edit(folder / "configs/step.yaml", "30", "20")
    code, said = gallery(folder, "--check")
    assert code == 1
    assert "imgs/step.png: stale; configs/step.yaml now shows something else" in said
    edit(folder / "configs/step.yaml", "20", "30")
    edit(folder / "configs/step.yaml", "schedule", "figure: {yscale: log}\nschedule")
    assert gallery(folder, "--check")[0] == 1


def test_a_deleted_picture_is_missing_and_a_foreign_one_an_orphan(folder: Path) -> None:
    (folder / "imgs/step.png").rename(folder / "imgs/other.png")
    code, said = gallery(folder, "--check")
    assert code == 1
    assert "imgs/step.png: missing; configs/step.yaml makes it" in said
    assert "imgs/other.png: no spec makes it" in said


def test_a_picture_changed_by_hand_is_found_and_drawn_anew(folder: Path) -> None:
    (folder / "imgs/step.png").write_bytes(b"something else")
    code, said = gallery(folder, "--check")
    assert (code, "not as it was drawn" in said) == (1, True)
    assert gallery(folder)[1].startswith("wrote imgs/step.png")


def test_another_machines_last_digits_are_not_stale(folder: Path) -> None:
    lock = json.loads((folder / "imgs/gallery.lock").read_text())
    rates = lock["pictures"]["余弦 decay.png"]["curves"][0][1]
    rates[5] *= 1 + 3e-13
    (folder / "imgs/gallery.lock").write_text(json.dumps(lock))
    assert gallery(folder, "--check")[0] == 0
    rates[5] *= 1 + 1e-7
    (folder / "imgs/gallery.lock").write_text(json.dumps(lock))
    assert gallery(folder, "--check")[0] == 1


def test_what_another_lrplot_drew_is_looked_at_and_drawn_where_it_is_stale(folder: Path) -> None:
    lock = folder / "imgs/gallery.lock"
    ours = lock.read_bytes()
    text = json.loads(ours)
    lock.write_text(json.dumps({**text, "sealed": "of another lrplot"}))
    assert gallery(folder) == (0, "drew 0, kept 2\n")
    assert lock.read_bytes() == ours
    text["pictures"]["step.png"]["curves"][0][1][0] *= 2
    lock.write_text(json.dumps(text))
    assert gallery(folder) == (0, "wrote imgs/step.png\ndrew 1, kept 1\n")
    assert lock.read_bytes() == ours


def test_two_specs_for_one_picture_are_refused_whatever_their_case(folder: Path) -> None:
    (folder / "configs/two.yaml").write_text(STEP + "figure: {output: STEP.png}\n")
    for arguments in ((), ("--check",), ("--all",)):
        code, said = gallery(folder, *arguments)
        assert code == 2
        assert "configs/step.yaml, configs/two.yaml: all write step.png" in said


def test_one_broken_spec_does_not_stop_the_rest(folder: Path) -> None:
    (folder / "configs/broken.yaml").write_text("lr: 0.1\nsteps: 9\nschedule: {type: cosin}\n")
    (folder / "configs/zero.yaml").write_text("lr: 0\nsteps: 9\nschedule: constant\nfigure: {yscale: log}\n")
    (folder / "configs/more.yaml").write_text(STEP)
    code, said = gallery(folder)
    assert code == 2
    assert "configs/broken.yaml:3:18: no schedule type 'cosin'; did you mean 'cosine'?" in said
    assert "every rate is 0" in said
    assert (folder / "imgs/more.png").is_file()
    assert gallery(folder, "--check")[0] == 2


def test_many_are_drawn_in_parallel_as_they_are_alone_and_fonts_are_told_of_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lrplot.cli.workers._ALONE", 0.0)
    (tmp_path / "configs").mkdir()

    def write(name: str) -> None:
        (tmp_path / f"configs/{name}.yaml").write_text(STEP + "title: \U00012000\n", encoding="utf-8")

    write("step")
    code, said = gallery(tmp_path)
    assert (code, said.count("no installed font draws '\U00012000'")) == (0, 1)
    alone = (tmp_path / "imgs/step.png").read_bytes()
    for i in range(5):
        write(f"copy{i}")
    code, said = gallery(tmp_path, "--all")
    assert (code, said.count("no installed font draws '\U00012000'")) == (0, 6)
    assert {(tmp_path / f"imgs/copy{i}.png").read_bytes() for i in range(5)} == {alone}


def test_a_link_to_no_picture_is_found(folder: Path) -> None:
    (folder / "README.md").write_text("![a](imgs/step.png)\n![b](imgs/none.png)\n", encoding="utf-8")
    (folder / "docs").mkdir()
    (folder / "docs/x.md").write_text(
        '<img src="../imgs/%E4%BD%99%E5%BC%A6%20decay.png">\n<img src="gone.svg">\n'
    )
    code, said = gallery(folder, "--check")
    assert (code, said.splitlines()) == (
        1,
        ["README.md:2: no picture imgs/none.png", "docs/x.md:2: no picture gone.svg"],
    )


def test_links_are_found_however_they_are_written(folder: Path) -> None:
    page = folder / "README.md"
    good = [
        '![t](imgs/step.png "A title")',
        "![a [nested]](imgs/step.png?raw=true)",
        "<img\n src='imgs/step.png#top'>",
        "![x](data:image/png;base64,AAAA)",
        "![x](https://example.org/x.png)",
        "`![x](imgs/none.png)`",
        "```\n![x](imgs/none.png)\n```",
    ]
    page.write_text("\n\n".join(good), encoding="utf-8")
    assert gallery(folder, "--check")[0] == 0
    page.write_text("\n\n".join(good).replace("step.png", "gone.png"), encoding="utf-8")
    code, said = gallery(folder, "--check")
    assert (code, said.count("no picture imgs/gone.png")) == (1, 3)
    page.write_bytes(b"\xff\xfe")
    assert gallery(folder, "--check")[0] == 0
    assert gallery(folder, "--index", "README.md")[0] == 2


def test_a_changed_style_sheet_makes_a_picture_stale(folder: Path) -> None:
    sheet = folder / "configs/mine.mplstyle"
    sheet.write_text("font.size: 8\n")
    edit(folder / "configs/step.yaml", "schedule", "figure: {stylesheet: mine.mplstyle}\nschedule")
    assert gallery(folder)[0] == 0
    assert gallery(folder, "--check")[0] == 0
    sheet.write_text("font.size: 20\n")
    assert gallery(folder, "--check")[0] == 1
    assert "wrote imgs/step.png" in gallery(folder)[1]
    sheet.write_text("foo bar baz\n")
    code, said = gallery(folder)
    assert (code, "not a matplotlib style sheet" in said) == (2, True)


def test_changed_metrics_in_a_file_make_a_picture_stale(folder: Path) -> None:
    (folder / "configs/loss.csv").write_text("loss\n" + "1\n" * 30)
    spec = "lr: 0.1\nepochs: 30\nmetrics: loss.csv#loss\nschedule: {type: plateau, patience: 5}\n"
    (folder / "configs/plateau.yaml").write_text(spec)
    assert "wrote imgs/plateau.png" in gallery(folder)[1]
    assert "drew 0" in gallery(folder)[1]
    (folder / "configs/loss.csv").write_text("loss\n" + "1\n" * 20 + "0.5\n" * 10)
    assert gallery(folder, "--check")[0] == 1
    assert "wrote imgs/plateau.png" in gallery(folder)[1]


def test_a_spec_that_was_broken_for_a_while_keeps_its_picture(folder: Path) -> None:
    whole = (folder / "configs/step.yaml").read_text()
    (folder / "configs/step.yaml").write_text("lr: [")
    assert gallery(folder)[0] == 2
    assert "no spec makes it" not in gallery(folder, "--check")[1]
    (folder / "configs/step.yaml").write_text(whole)
    assert gallery(folder, "--check")[0] == 0


def test_a_file_name_with_parentheses_is_a_file(folder: Path) -> None:
    (folder / "configs/step (1).yaml").write_text(STEP)
    assert gallery(folder)[0] == 0
    assert (folder / "imgs/step (1).png").is_file()


@pytest.mark.parametrize("lock", ['{"format":1,"drawing":1,"pictures":{"a.png":3}}', "[" * 100_000, "null"])
def test_a_nonsense_lock_is_no_lock(folder: Path, lock: str) -> None:
    (folder / "imgs/gallery.lock").write_text(lock)
    assert gallery(folder, "--check")[0] == 1
    assert gallery(folder)[0] == 0


def test_the_index_is_kept_between_its_markers(folder: Path) -> None:
    page = folder / "README.md"
    page.write_text("# Hello\n<!-- gallery -->\nold\n<!-- /gallery -->\nbye\n", encoding="utf-8")
    assert gallery(folder, "--check", "--index", "README.md")[0] == 1
    assert gallery(folder, "--index", "README.md")[0] == 0
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# Hello\n<!-- gallery -->\n| picture | title | spec |\n")
    assert text.endswith("<!-- /gallery -->\nbye\n")
    assert (
        "(imgs/%E4%BD%99%E5%BC%A6%20decay.png) | Cosine \\| annealing | [cosine.yaml](configs/cosine.yaml) |"
        in text
    )
    assert gallery(folder, "--check", "--index", "README.md")[0] == 0
    page.write_text("no markers")
    code, said = gallery(folder, "--index", "README.md")
    assert code == 2
    assert "<!-- gallery -->" in said
    assert page.read_text() == "no markers"


def test_an_unreadable_lock_is_no_lock(folder: Path) -> None:
    (folder / "imgs/gallery.lock").write_text("{nonsense")
    assert gallery(folder, "--check")[0] == 1
    assert gallery(folder)[1].endswith("drew 2, kept 0\n")


@pytest.mark.parametrize(
    ("arguments", "said"), [(["none"], "none: no such folder"), (["empty"], "holds no spec")]
)
def test_a_folder_without_specs_is_refused(tmp_path: Path, arguments: list[str], said: str) -> None:
    (tmp_path / "empty").mkdir()
    code, told = gallery(tmp_path, *arguments)
    assert (code, said in told) == (2, True)


def test_our_own_pictures_are_as_their_specs_say(tmp_path: Path) -> None:
    for name in ("configs", "imgs", "docs"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in ("README.md", "CONTRIBUTING.md"):
        shutil.copy(ROOT / name, tmp_path / name)
    assert gallery(tmp_path, "--check", "--index", "docs/gallery.md")[0] == 0


def test_a_character_without_a_font_is_told_and_drawn_again_once_a_font_has_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def in_process(*arguments: str) -> tuple[int, str]:
        return run(["gallery", *arguments]), capsys.readouterr().err

    monkeypatch.chdir(tmp_path)
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs/step.yaml").write_text(STEP + "title: 余弦\n", encoding="utf-8")
    monkeypatch.setattr("lrplot.render.fonts._cover", lambda needed: ([], needed))
    code, said = in_process()
    assert code == 0
    assert "lrplot: warning: configs/step.yaml: no installed font draws '余弦'" in said
    assert json.loads((tmp_path / "imgs/gallery.lock").read_text())["pictures"]["step.png"]["boxes"] == "余弦"
    assert in_process() == (0, "drew 0, kept 1\n")
    assert in_process("--check")[0] == 0
    monkeypatch.setattr("lrplot.render.fonts._cover", lambda _: ([], set()))
    assert in_process("--check") == (1, "imgs/step.png: stale; a font for '余弦' has come\n")
    assert in_process() == (0, "wrote imgs/step.png\ndrew 1, kept 0\n")
    assert "boxes" not in (tmp_path / "imgs/gallery.lock").read_text()
    assert in_process("--check")[0] == 0


def test_the_pictures_beside_a_documents_blocks_are_drawn_and_checked(tmp_path: Path) -> None:
    page = tmp_path / "docs" / "page.md"
    page.parent.mkdir()
    text = (
        "# Steps\n```python\nStepLR(SGD(p, lr=0.1), 30)\n```\n![steps](imgs/a%20step.png)\n"
        "# Cosine\n![cosine](imgs/cosine.png)\n\n```yaml\nlr: 0.1\nsteps: 50\nschedule: cosine\n```\n"
        "# No picture\n```yaml\nlr: 0.1\nsteps: 50\nschedule: constant\n```\n"
        "![a screenshot](imgs/shot.png)\n# More\n![elsewhere](https://a.org/b.png)\n"
    )
    page.write_text(text.replace("![a screenshot](imgs/shot.png)\n", ""), encoding="utf-8")
    images = tmp_path / "docs" / "imgs"
    options = ("docs", "--images", "docs/imgs")
    code, said = in_folder(tmp_path, *options, "--check")
    assert code == 1
    assert "docs/imgs/a step.png: missing; docs/page.md makes it" in said
    assert in_folder(tmp_path, *options)[0] == 0
    assert {path.name for path in images.iterdir()} == {"a step.png", "cosine.png", "gallery.lock"}
    assert in_folder(tmp_path, *options, "--check") == (0, "2 pictures are as their specs say\n")
    assert "drew 0, kept 2" in in_folder(tmp_path, *options)[1]
    page.write_text(
        page.read_text(encoding="utf-8").replace("p, lr=0.1), 30", "p, lr=0.1), 20"), encoding="utf-8"
    )
    code, said = in_folder(tmp_path, *options, "--check")
    assert code == 1
    assert "docs/imgs/a step.png: stale; docs/page.md now shows something else" in said
    assert "cosine.png" not in said
    code, said = in_folder(tmp_path, "docs", "--images", "elsewhere", "--check")
    assert code == 2
    assert "docs/page.md:5: imgs/a step.png is not in elsewhere; name its folder with --images" in said


def in_folder(folder: Path, *arguments: str) -> tuple[int, str]:
    done = lrplot("gallery", *arguments, cwd=folder)
    return done.returncode, (done.stdout + done.stderr).decode()
