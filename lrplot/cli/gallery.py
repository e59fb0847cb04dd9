import codecs
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lrplot.cli.output import report, say, write_file
from lrplot.cli.workers import spread

if TYPE_CHECKING:
    from lrplot.cli.block import Drawn
    from lrplot.gallery.pictures import Picture
    from lrplot.render.startup import Drawing
    from lrplot.text.markdown import Block

EXAMPLES = (
    "\b\nExamples:\n"
    "  lrplot gallery\n"
    "  lrplot gallery --check\n"
    "  lrplot gallery --index README.md\n"
    "  lrplot gallery experiments --images figures --all\n"
    "  lrplot gallery README.md docs --images docs/imgs --check --ignore 'logo*'\n"
    "  lrplot gallery --html gallery.html"
)

Places = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[DIR|FILE]...", help="Folders of specs or of documents (.md), or one of these."),
]
Images = Annotated[Path, typer.Option(metavar="DIR", help="The folder of pictures.")]
Check = Annotated[
    bool, typer.Option("--check", help="Draw nothing; exit 1 when a picture is missing or stale.")
]
All = Annotated[bool, typer.Option("--all", help="Draw every picture, changed or not.")]
Index = Annotated[
    list[Path] | None, typer.Option(metavar="FILE", help="Keep the table of pictures in this Markdown file.")
]
Ignore = Annotated[
    list[str] | None,
    typer.Option(metavar="PATTERN", help="Leave pictures alone that are made by others: logo*, photos/*."),
]
Page = Annotated[
    Path | None,
    typer.Option("--html", metavar="FILE", help="Write all pictures and their specs as one HTML page, too."),
]


@dataclass(frozen=True, slots=True)
class _Gallery:
    """What is drawn, and where to."""

    specs: Sequence[Path]
    images: Path
    lock: Mapping[str, Any]
    index: Sequence[Path]
    ignored: Sequence[str]


def gallery(
    places: Places = None,
    images: Images = Path("imgs"),
    check: Check = False,
    everything: All = False,
    index: Index = None,
    ignore: Ignore = None,
    page: Page = None,
) -> None:
    """Draw every spec of a folder to its picture, those that changed.

    A Markdown document in it or below it is a list of specs: each lrplot block, a fence or a comment, has its
    picture right under it, which is put there where it is missing; each other block that is a schedule, and
    has a picture beside it under the same heading, is drawn to that picture.
    """
    from lrplot.errors import UsageError
    from lrplot.gallery.lock import read_lock, specs_in

    if check and page is not None:
        raise UsageError("--check draws nothing, and --html is drawn; give one of them")
    named = places or [Path("configs")]
    asked = _Gallery(specs_in(named), images, read_lock(images), index or [], ignore or [])
    code = _check(asked) if check else _draw(asked, everything)
    if page is not None:
        code = max(code, _paged(page, asked, " · ".join(place.resolve().name for place in named)))
    if code:
        raise typer.Exit(code)


def _paged(where: Path, asked: _Gallery, title: str) -> int:
    """Write the page; what cannot be read was told when it was to be drawn."""
    from lrplot.gallery.page import sections
    from lrplot.render.html.page import page

    found = sections(_read(asked.specs, asked))
    if not found:
        return 2
    write_file(where, [page(found, title)])
    return 0


def _pages() -> list[Path]:
    return [page for page in (Path("README.md"), *sorted(Path("docs").rglob("*.md"))) if page.is_file()]


def _check(asked: _Gallery) -> int:
    from lrplot.gallery.check import broken_links, check
    from lrplot.gallery.lock import DOCUMENTS, clashes

    pictures = _read(asked.specs, asked)
    wrong = clashes((picture.spec, picture.name) for picture in pictures)
    documents = [spec for spec in asked.specs if spec.suffix in DOCUMENTS]
    pages = dict.fromkeys([*_pages(), *documents])
    findings = [
        *check(pictures, asked.images, asked.lock, documents, asked.ignored),
        *broken_links(pages),
    ]
    stale = [page for page, _, text in _indexed(asked, pictures) if text is not None]
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
    many = f"{len(pictures)} pictures are as their specs say"
    report("1 picture is as its spec says" if len(pictures) == 1 else many)
    return 0


def _draw(asked: _Gallery, everything: bool) -> int:
    from lrplot.gallery.lock import LOCK, called, clashes, is_sealed, write_lock

    images, lock = asked.images, asked.lock
    sealed = is_sealed(images)
    kept = [] if everything else _kept(asked, sealed=sealed)
    standing = {spec for spec, _ in kept}
    pictures = _named(_read([spec for spec in asked.specs if spec not in standing], asked), asked, kept)
    broken = [picture.error for picture in pictures if picture.error]
    wrong = clashes([*kept, *((picture.spec, picture.name) for picture in pictures)])
    for message in (*broken, *wrong):
        say(message)
    if wrong:
        return 2
    images.mkdir(parents=True, exist_ok=True)
    entries = {name: lock[name] for _, name in kept}
    # A spec that broke keeps what it made, until it is whole again.
    lost = {called(picture.spec, images) for picture in pictures if picture.error}
    unread = {} if sealed else {"spec_sha256": ""}
    entries |= {name: {**entry, **unread} for name, entry in lock.items() if entry.get("spec") in lost}
    drawn: list[Picture] = []
    for picture, made in _drawn([picture for picture in pictures if not picture.error]):
        if isinstance(made, str):
            broken.append(made)
            say(f"{picture.spec}: {made}")
            continue
        for message in made.warnings:
            say(f"lrplot: warning: {picture.spec}: {message}")
        write_file(images / picture.name, [made.data])
        entries[picture.name] = _entry(picture, made, images)
        drawn.append(picture)
    _link(drawn, entries, asked)
    text = write_lock(entries)
    if not (images / LOCK).is_file() or (images / LOCK).read_bytes() != text:
        write_file(images / LOCK, [text], quiet=True)
    if asked.index:
        everyone = sorted([*pictures, *_read(standing, asked)], key=lambda picture: picture.spec)
        for page, old, new in _indexed(asked, everyone):
            if new is not None and new != old:
                write_file(page, [new.encode()])
    report(f"drew {len(drawn)}, kept {len(kept)}" + (f", {len(broken)} broken" if broken else ""))
    return 2 if broken else 0


def _kept(asked: _Gallery, *, sealed: bool) -> list[tuple[Path, str]]:
    """The specs that are as they were and their pictures.

    Where another lrplot drew them, those whose numbers this one finds the same.
    """
    from lrplot.gallery.lock import unchanged

    kept = unchanged(asked.specs, asked.images, asked.lock)
    if sealed or not kept:
        return kept
    from lrplot.gallery.check import wrong

    names: dict[Path, set[str]] = {}
    for spec, name in kept:
        names.setdefault(spec, set()).add(name)
    sound: dict[Path, set[str]] = {}
    for picture in _read(names, asked):
        if not any(wrong(picture, asked.images, asked.lock)):
            sound.setdefault(picture.spec, set()).add(picture.name)
    return [(spec, name) for spec, name in kept if sound.get(spec) == names[spec]]


def _read(specs: "Iterable[Path]", asked: _Gallery) -> "list[Picture]":
    """The pictures of specs; where there is none to read, what reads them is not even imported."""
    listed = list(specs)
    if not listed:
        return []
    from lrplot.gallery.pictures import pictures_of

    return [
        picture for spec in listed for picture in pictures_of(spec, asked.images, _read_block, asked.ignored)
    ]


def _read_block(text: str, document: Path, line: int) -> "Drawn":
    """What a block of a document says; the parser of options is made where there is one."""
    from lrplot.cli.block import read_block

    return read_block(text, document, line)


def _named(
    pictures: "Sequence[Picture]", asked: _Gallery, kept: Iterable[tuple[Path, str]]
) -> "list[Picture]":
    """The pictures, those that have no name yet with a free one."""
    from lrplot.gallery.documents import free_name

    there = (path.name for path in asked.images.iterdir()) if asked.images.is_dir() else ()
    taken = {*(picture.name for picture in pictures), *(name for _, name in kept), *asked.lock, *there}
    made: list[Picture] = []
    for picture in pictures:
        name = picture.name
        if not name and not picture.error:
            name = free_name(picture.spec, taken)
            taken.add(name)
        made.append(replace(picture, name=name))
    return made


def _link(drawn: "Sequence[Picture]", entries: dict[str, Any], asked: _Gallery) -> None:
    """Put each picture of an lrplot block under it, with words for it, and remember the words."""
    from lrplot.gallery.lock import digest_of

    documents = dict.fromkeys(picture.spec for picture in drawn if picture.found is not None)
    for document in documents:
        own = [picture for picture in drawn if picture.spec == document]
        data = document.read_bytes()
        try:
            old = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            say(f"lrplot: warning: {document}: not UTF-8 text (byte {error.start}), no link is put into it")
            continue
        new = _linked(old, own, entries, asked)
        if new != old:
            marked = data.startswith(codecs.BOM_UTF8)
            write_file(document, [new.encode("utf-8-sig" if marked else "utf-8")])
            for picture in own:
                entries[picture.name]["spec_sha256"] = digest_of(document)


def _linked(text: str, own: "Sequence[Picture]", entries: dict[str, Any], asked: _Gallery) -> str:
    """A document with the pictures of its lrplot blocks; words that a person wrote stay."""
    from lrplot.gallery.alternative import alternative
    from lrplot.gallery.documents import link, with_links, with_words

    put: dict[Block, str] = {}
    for picture in own:
        found = picture.found
        if found is None or found.reference:
            continue
        words = alternative(picture.runs)
        if not found.linked:
            put[found.block] = link(picture.spec, asked.images / picture.name, words)
        else:
            before = asked.lock.get(picture.name, {}).get("words", "")
            text = with_words(text, found.block, str(before), words) if before else text
        entries[picture.name]["words"] = words
    return with_links(text, put) if put else text


def _entry(picture: "Picture", drawing: "Drawing", images: Path) -> Any:
    from lrplot.gallery.pictures import entry_of

    return entry_of(picture, drawing, images)


def _indexed(asked: _Gallery, pictures: "Sequence[Picture]") -> Iterator[tuple[Path, str, str | None]]:
    """Each page, its text, and its text with the table written anew where that differs."""
    from lrplot.errors import UsageError
    from lrplot.gallery.index import index

    for page in asked.index:
        if not page.is_file():
            raise UsageError(f"--index {page}: no such file")
        try:
            old = page.read_bytes().decode()
        except UnicodeDecodeError as error:
            raise UsageError(f"--index {page}: not UTF-8 text (byte {error.start})") from None
        new = index(old.replace("\r\n", "\n"), page, pictures, asked.images)
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
