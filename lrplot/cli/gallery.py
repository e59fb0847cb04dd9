import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lrplot.cli.output import report, say, write_file
from lrplot.cli.workers import spread

if TYPE_CHECKING:
    from lrplot.gallery.pictures import Picture
    from lrplot.render.startup import Drawing

EXAMPLES = (
    "\b\nExamples:\n"
    "  lrplot gallery\n"
    "  lrplot gallery --check\n"
    "  lrplot gallery --index README.md\n"
    "  lrplot gallery experiments --images figures --all\n"
    "  lrplot gallery docs --images docs/imgs --check\n"
    "  lrplot gallery --html gallery.html"
)

Folder = Annotated[Path, typer.Argument(metavar="[DIR]", help="The folder of specs, or of documents (.md).")]
Images = Annotated[Path, typer.Option(metavar="DIR", help="The folder of pictures.")]
Check = Annotated[
    bool, typer.Option("--check", help="Draw nothing; exit 1 when a picture is missing or stale.")
]
All = Annotated[bool, typer.Option("--all", help="Draw every picture, changed or not.")]
Index = Annotated[
    list[Path] | None, typer.Option(metavar="FILE", help="Keep the table of pictures in this Markdown file.")
]

Page = Annotated[
    Path | None,
    typer.Option("--html", metavar="FILE", help="Write all pictures and their specs as one HTML page, too."),
]


def gallery(
    folder: Folder = Path("configs"),
    images: Images = Path("imgs"),
    check: Check = False,
    everything: All = False,
    index: Index = None,
    page: Page = None,
) -> None:
    """Draw every spec of a folder to its picture, those that changed.

    A Markdown document in it is a list of specs: each block that is one, with a picture beside it under the
    same heading, is drawn to that picture.
    """
    from lrplot.errors import UsageError
    from lrplot.gallery.lock import read_lock, specs_in

    if check and page is not None:
        raise UsageError("--check draws nothing, and --html is drawn; give one of them")
    specs, lock = specs_in(folder), read_lock(images)
    code = (
        _check(specs, images, lock, index or [])
        if check
        else _draw(specs, images, lock, index or [], everything)
    )
    if page is not None:
        code = max(code, _paged(page, specs, images, folder))
    if code:
        raise typer.Exit(code)


def _paged(where: Path, specs: Sequence[Path], images: Path, folder: Path) -> int:
    """Write the page; what cannot be read was told when it was to be drawn."""
    from lrplot.gallery.page import sections
    from lrplot.render.html.page import page

    found = sections(_read(specs, images))
    if not found:
        return 2
    write_file(where, [page(found, folder.resolve().name)])
    return 0


def _pages() -> list[Path]:
    return [page for page in (Path("README.md"), *sorted(Path("docs").rglob("*.md"))) if page.is_file()]


def _check(specs: Sequence[Path], images: Path, lock: Mapping[str, Any], index: Sequence[Path]) -> int:
    from lrplot.gallery.check import broken_links, check
    from lrplot.gallery.lock import DOCUMENTS, clashes
    from lrplot.gallery.pictures import pictures_of

    pictures = [picture for spec in specs for picture in pictures_of(spec, images)]
    wrong = clashes((picture.spec, picture.name) for picture in pictures)
    documents = [spec for spec in specs if spec.suffix in DOCUMENTS]
    findings = [*check(pictures, images, lock, documents), *broken_links(_pages())]
    stale = [page for page, _, text in _indexed(index, pictures, images) if text is not None]
    for message in (
        *wrong,
        *(f.message for f in findings),
        *(f"{page}: its table is stale" for page in stale),
    ):
        say(message)
    if wrong or any(finding.kind == "broken" for finding in findings):
        return 2
    if findings or stale:
        return 1
    report(f"{len(pictures)} pictures are as their specs say")
    return 0


def _draw(
    specs: Sequence[Path], images: Path, lock: Mapping[str, Any], index: Sequence[Path], everything: bool
) -> int:
    from lrplot.gallery.lock import LOCK, clashes, unchanged, write_lock

    kept = [] if everything else unchanged(specs, images, lock)
    standing = {spec for spec, _ in kept}
    pictures = _read([spec for spec in specs if spec not in standing], images)
    broken = [picture.error for picture in pictures if picture.error]
    wrong = clashes([*kept, *((picture.spec, picture.name) for picture in pictures)])
    for message in (*broken, *wrong):
        say(message)
    if wrong:
        return 2
    images.mkdir(parents=True, exist_ok=True)
    entries = {name: lock[name] for _, name in kept}
    # A spec that broke keeps what it made, until it is whole again.
    lost = {picture.spec.name for picture in pictures if picture.error}
    entries |= {name: entry for name, entry in lock.items() if entry.get("spec") in lost}
    drawn = 0
    for picture, made in _drawn([picture for picture in pictures if not picture.error]):
        if isinstance(made, str):
            broken.append(made)
            say(f"{picture.spec}: {made}")
            continue
        for message in made.warnings:
            say(f"lrplot: warning: {picture.spec}: {message}")
        write_file(images / picture.name, [made.data])
        entries[picture.name] = _entry(picture, made)
        drawn += 1
    text = write_lock(entries)
    if not (images / LOCK).is_file() or (images / LOCK).read_bytes() != text:
        write_file(images / LOCK, [text], quiet=True)
    if index:
        everyone = sorted([*pictures, *_read(standing, images)], key=lambda picture: picture.spec)
        for page, old, new in _indexed(index, everyone, images):
            if new is not None and new != old:
                write_file(page, [new.encode()])
    report(f"drew {drawn}, kept {len(kept)}" + (f", {len(broken)} broken" if broken else ""))
    return 2 if broken else 0


def _read(specs: "Iterable[Path]", images: Path) -> "list[Picture]":
    """The pictures of specs; where there is none to read, what reads them is not even imported."""
    listed = list(specs)
    if not listed:
        return []
    from lrplot.gallery.pictures import pictures_of

    return [picture for spec in listed for picture in pictures_of(spec, images)]


def _entry(picture: "Picture", drawing: "Drawing") -> Any:
    from lrplot.gallery.pictures import entry_of

    return entry_of(picture, drawing)


def _indexed(
    pages: Sequence[Path], pictures: "Sequence[Picture]", images: Path
) -> Iterator[tuple[Path, str, str | None]]:
    """Each page, its text, and its text with the table written anew where that differs."""
    from lrplot.errors import UsageError
    from lrplot.gallery.index import index

    for page in pages:
        if not page.is_file():
            raise UsageError(f"--index {page}: no such file")
        try:
            old = page.read_bytes().decode()
        except UnicodeDecodeError as error:
            raise UsageError(f"--index {page}: not UTF-8 text (byte {error.start})") from None
        new = index(old.replace("\r\n", "\n"), page, pictures, images)
        new = new.replace("\n", "\r\n") if "\r\n" in old else new
        yield page, old, new if new != old else None


def _drawn(pictures: "Sequence[Picture]") -> "Iterator[tuple[Picture, Drawing | str]]":
    """Draw the pictures, in parallel where there are enough of them, with a progress bar in a terminal."""
    yield from _with_progress(pictures, spread(draw_or_say, pictures))


def draw_or_say(picture: "Picture") -> "Drawing | str":
    """A picture drawn, or why it cannot be drawn; run in a process of its own."""
    from lrplot.errors import LrplotError
    from lrplot.gallery.pictures import draw

    try:
        return draw(picture)
    except LrplotError as error:
        return str(error)


def _with_progress(
    pictures: "Sequence[Picture]", results: "Iterator[Drawing | str]"
) -> "Iterator[tuple[Picture, Drawing | str]]":
    if not sys.stderr.isatty():
        yield from zip(pictures, results, strict=True)
        return
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    pairs = zip(pictures, results, strict=True)
    yield from track(pairs, "drawing", total=len(pictures), console=console, transient=True)
