"""Blocks of lrplot in documents: what they say, and the pictures that ``gallery`` draws of them and puts under them."""

from pathlib import Path

import pytest
from command import lrplot

from lrplot.cli.block import read_block
from lrplot.errors import LrplotError
from lrplot.text.markdown import blocks_of, images_of, under
from lrplot.text.words import WordsError, words_of

SPEC = "title: A cosine\nlr: 0.1\nsteps: 90\nschedule:\n  type: cosine\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("cosine\nonecycle", ["cosine", "onecycle"]),
        ("StepLR(optimizer, 30) --lr 0.1", ["StepLR(optimizer, 30)", "--lr", "0.1"]),
        ("Ours=OneCycleLR(o, anneal_strategy='linear')", ["Ours=OneCycleLR(o, anneal_strategy='linear')"]),
        ("Ours=F(o,  # it's ours\n  a=[1, 2])\ncosine", ["Ours=F(o, a=[1, 2])", "cosine"]),
        ("--title 'Two words' \\\n  --set a=1", ["--title", "Two words", "--set", "a=1"]),
        ("# a comment\npage.md#2 --title ''", ["page.md#2", "--title", ""]),
    ],
)
def test_words_are_a_shells_and_a_call_is_one(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@pytest.mark.parametrize(("text", "line"), [("a\nb 'c", 1), ("cosine\n\nF(a, [1)", 2)])
def test_what_nothing_closes_is_told_with_its_line(text: str, line: int) -> None:
    with pytest.raises(WordsError, match="nothing closes") as told:
        words_of(text)
    assert told.value.line == line


def test_a_block_says_what_a_command_says_or_a_spec(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    (tmp_path / "run.yaml").write_text(SPEC)
    drawn = read_block(
        "$ lrplot compare Ours=cosine StepLR(optimizer, 30)\n--steps 60 --title 'Two'", page, 4
    )
    assert [(run.label, run.steps, run.style.title) for run in drawn.runs] == [
        ("Ours", 60, "Two"),
        ("StepLR", 60, "Two"),
    ]
    assert drawn.files == ()
    (spec,) = read_block(SPEC, page, 4, ("--steps", "30")).runs
    assert (spec.label, spec.steps, spec.style.title) == ("cosine", 30, "A cosine")
    # Files are named from the document's folder, wherever the program stands.
    named = read_block("run.yaml", page, 4)
    assert named.runs[0].steps == 90
    assert named.files == (tmp_path / "run.yaml",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("cosin", ":4: 'cosin' is neither a schedule"),
        ("cosine --stps 3", ":4: No such option: --stps"),
        ("cosine\nStepLR(o, 30", ":5: nothing closes the '('"),
        ("", ":4: nothing to draw in it"),
        (SPEC + "  eta_mim: 0\n", ":9:3: cosine has no parameter 'eta_mim'; did you mean 'eta_min'?"),
    ],
)
def test_a_mistake_is_told_with_document_and_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(LrplotError) as told:
        read_block(text, tmp_path / "page.md", 4)
    assert str(told.value).startswith(f"{tmp_path}/page.md{said}")


def test_a_block_is_a_fence_or_a_comment_and_its_picture_stands_right_under_it() -> None:
    text = (
        "- item\n  ```lrplot\n  cosine\n  ```\n\n  ![a](a.png)\n\n<!-- lrplot rex -->\n"
        "text\n![not its own](b.png)\n<!-- lrplot\ncosine\n-->\n![c](c.png)\n<!-- lrplots -->\n"
        "````markdown\n```lrplot\nshown\n```\n````\n"
    )
    blocks = [block for block in blocks_of(text) if block.language == "lrplot"]
    assert [block.text.split() for block in blocks] == [["cosine"], ["rex"], ["cosine"]]
    shown = [under(block, images_of(text), text.splitlines()) for block in blocks]
    assert [image and image.target for image in shown] == ["a.png", None, "c.png"]


def gallery(where: Path, *arguments: str) -> tuple[int, str]:
    done = lrplot("gallery", *arguments, cwd=where)
    assert done.stdout == b""
    return done.returncode, done.stderr.decode()


def test_gallery_draws_a_documents_blocks_and_puts_the_pictures_under_them(tmp_path: Path) -> None:
    page = tmp_path / "docs" / "deep" / "page.md"
    page.parent.mkdir(parents=True)
    (tmp_path / "step.yaml").write_text(SPEC.replace("type: cosine", "type: step\n  step_size: 30"))
    first = "<!-- lrplot ../../step.yaml --dpi 30 -->\r\n"
    page.write_bytes(
        f"# Steps\r\n{first}\r\n- item\r\n  ```lrplot\r\n  cosine --dpi 30\r\n  ```\r\n".encode()
    )
    (tmp_path / "README.md").write_text("![logo](imgs/logo.svg)\n")
    (tmp_path / "imgs").mkdir()
    (tmp_path / "imgs/logo.svg").write_text("<svg/>")
    places = ("README.md", "docs", "--images", "imgs", "--ignore", "logo*")
    code, said = gallery(tmp_path, *places, "--check")
    assert (code, said.splitlines()) == (
        1,
        [
            "docs/deep/page.md:2: no picture under the block; lrplot gallery puts one there",
            "docs/deep/page.md:6: no picture under the block; lrplot gallery puts one there",
        ],
    )
    assert gallery(tmp_path, *places)[0] == 0
    lines = page.read_bytes().decode().split("\r\n")
    step = "![step: learning rate 0.1 at step 0, 0.001 at step 89](../../imgs/page-1.png)"
    cosine = "![cosine: learning rate 0.1 at step 0, 2.47e-7 at step 999](../../imgs/page-2.png)"
    assert lines[:4] == ["# Steps", first.strip(), "", step]
    assert lines[-3:] == ["", "  " + cosine, ""]
    assert (tmp_path / "imgs/page-2.png").stat().st_size > 1000
    assert gallery(tmp_path, *places, "--check") == (0, "2 pictures are as their specs say\n")
    assert gallery(tmp_path, *places) == (0, "drew 0, kept 2\n")
    # The spec that a block names belongs to it.
    edit(tmp_path / "step.yaml", "30", "45")
    code, said = gallery(tmp_path, *places, "--check")
    assert (code, said) == (1, "imgs/page-1.png: stale; docs/deep/page.md now shows something else\n")
    # Words that gallery wrote follow the picture, those of a person stay.
    edit(page, "![step: ", "![Mine: ")
    edit(page, "cosine --dpi", "rex --dpi")
    assert gallery(tmp_path, *places)[0] == 0
    text = page.read_text(encoding="utf-8")
    assert "![Mine: learning rate 0.1 at step 0, 0.001 at step 89]" in text
    assert "![rex: learning rate 0.1 at step 0, " in text
    assert text.count("![") == 2


def test_a_broken_block_is_told_and_the_others_are_drawn(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```lrplot\ncosin\n```\n\n```lrplot\ncosine --dpi 30\n```\n![c](imgs/c.png)\n")
    code, said = gallery(tmp_path, "page.md")
    assert code == 2
    assert said.startswith("page.md:2: 'cosin' is neither")
    assert (tmp_path / "imgs/c.png").is_file()
    assert page.read_text().count("![") == 1


def test_a_picture_of_others_under_a_block_is_never_drawn_over(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```python\nStepLR(SGD(p, lr=0.1), 30)\n```\n![screenshot](imgs/shot.png)\n")
    (tmp_path / "imgs").mkdir()
    (tmp_path / "imgs/shot.png").write_bytes(b"theirs")
    assert gallery(tmp_path, "page.md", "--ignore", "shot*") == (0, "drew 0, kept 0\n")
    assert (tmp_path / "imgs/shot.png").read_bytes() == b"theirs"
    assert gallery(tmp_path, "page.md", "--ignore", "shot*", "--check")[0] == 0


def edit(path: Path, old: str, new: str) -> None:
    data = path.read_bytes()
    assert old.encode() in data
    path.write_bytes(data.replace(old.encode(), new.encode()))
