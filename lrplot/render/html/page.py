"""One self-contained HTML file of curves: nothing in it is fetched, and a policy in it forbids that."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import chain
from typing import Any, Final

from lrplot.render.html import assets
from lrplot.render.html.data import section_data
from lrplot.render.html.looks import STAYS
from lrplot.render.html.points import Drawn, points_of
from lrplot.render.html.section import Copied, Listed, Section
from lrplot.render.html.tables import changes_of, figures_of, losses_of
from lrplot.render.html.words import PAGE_WORDS
from lrplot.render.titles import label_of, title_of
from lrplot.text.plain import printable

_LANGUAGES: Final[Mapping[str, str]] = {"en": "en", "zh": "zh-CN", "zh-Hant": "zh-Hant"}
_FOR_SCRIPT: Final = ("others", "step", "epoch", "share", "samples", "tokens", "copy", "copied")
"""The words that the script says."""
_TOOLS: Final = (("in", "+"), ("out", "−"), ("left", "←"), ("right", "→"), ("whole", "⟲"))
"""The buttons above a chart, and their signs."""

_SENTENCE: Final = 24
"""Letters of the longest number."""


def page(sections: Sequence[Section], title: str | None = None) -> bytes:
    """The file.

    Parameters
    ----------
    sections
        At least one; several have a table of contents.
    title
        What it is called; the first section's title when left out.

    Raises
    ------
    LrplotError
        When a section has more curves than are told apart.

    Examples
    --------
    >>> from lrplot.curve import Curve
    >>> from lrplot.run import Run
    >>> from lrplot.schedules.cosine import Cosine
    >>> curve = Curve(Run("cosine", Cosine(lr=0.1, T_max=90), 90))
    >>> made = page([Section("Cosine", [curve], curve.run.style)])
    >>> made.decode().count("http-equiv"), b"://" in made.split(b"<body>")[0]
    (1, False)
    """
    words = PAGE_WORDS[sections[0].style.lang]
    called = _called(sections[0]) if title is None else printable(title)
    several = len(sections) > 1
    drawn = [points_of(section, len(sections)) for section in sections]
    names = [f"section-{number}" for number in range(1, len(sections) + 1)]
    data = {
        "words": {name: words[name] for name in _FOR_SCRIPT},
        "sections": [section_data(*each) for each in zip(sections, drawn, strict=True)],
    }
    body = chain(
        _contents(sections, names, words) if several else (),
        ["<main>"],
        *(
            _section(section, own, name, words, level=2 if several else 1)
            for section, own, name in zip(sections, drawn, names, strict=True)
        ),
        ["</main>"],
    )
    head = _head(called, sections[0])
    shown = [f"<h1>{escape(called)}</h1>"] if several else []
    script = assets.script()
    text = "\n".join(
        [
            *head,
            "<body>",
            *shown,
            f"<noscript><p>{escape(words['noscript'])}</p></noscript>",
            *body,
            f'<script type="application/json" id="data">{_json(data)}</script>',
            f"<script>{script}</script>",
            "</body>\n</html>\n",
        ]
    )
    return text.encode()


def _called(section: Section) -> str:
    """The title of a section, or what its curves are called where it is to have none."""
    return printable(section.title or title_of(section.curves))


def _head(title: str, first: Section) -> Iterator[str]:
    sheet = assets.style_sheet()
    policy = (
        f"default-src 'none'; style-src {assets.allowed(sheet)}; "
        f"script-src {assets.allowed(assets.script())}; base-uri 'none'; form-action 'none'"
    )
    # Greys stay as they are; what follows the reader has both.
    scheme = "light" if first.style.theme in STAYS else "light dark"
    yield "<!DOCTYPE html>"
    yield f'<html lang="{_LANGUAGES[first.style.lang]}" class="{"follows" if " " in scheme else "stays"}">'
    yield '<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f'<meta name="color-scheme" content="{scheme}">'
    yield '<meta name="generator" content="lrplot">'
    yield f"<title>{escape(title)}</title>"
    yield f"<style>{sheet}</style>\n</head>"


def _json(data: Any) -> str:
    """Data that no text in it can end: every sign of markup is spelled by its number."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return re.sub("[<>&\u2028\u2029]", lambda sign: f"\\u{ord(sign[0]):04x}", text)


def _contents(sections: Sequence[Section], names: Sequence[str], words: Mapping[str, str]) -> Iterator[str]:
    yield f'<nav aria-label="{escape(words["contents"])}"><ol>'
    for section, name in zip(sections, names, strict=True):
        yield f'<li><a href="#{name}">{escape(_called(section))}</a></li>'
    yield "</ol></nav>"


def _section(
    section: Section, drawn: Sequence[Drawn], name: str, words: Mapping[str, str], level: int
) -> Iterator[str]:
    title = escape(_called(section))
    yield f'<section id="{name}" aria-labelledby="{name}-title">'
    # A picture may have no title; what moves in a page has a name all the same.
    seen = "" if section.title else ' class="unseen"'
    yield f'<h{level} id="{name}-title"{seen}>{title}</h{level}>'
    yield from (f'<p class="says">{escape(printable(said))}</p>' for said in section.says)
    yield '<div class="drawing" hidden>'
    yield '<div class="tools">'
    yield f'<button type="button" data-do="log" aria-pressed="false">{escape(words["log"])}</button>'
    for tool, sign in _TOOLS:
        said = escape(words[tool])
        yield f'<button type="button" data-do="{tool}" title="{said}" aria-label="{said}">{sign}</button>'
    yield "</div>"
    yield '<div class="sliders"></div>'
    cursor = escape(words["cursor"].format(title=_called(section)))
    yield f'<div class="charts" tabindex="0" role="slider" aria-label="{cursor}" aria-valuemin="0"></div>'
    yield f'<p class="hint">{escape(words["exact"])}</p>'
    yield f"<details><summary>{escape(words['keys'])}</summary><p>{escape(words['help'])}</p></details>"
    yield '<table class="readout"><caption></caption><thead>'
    yield f'<tr><th scope="col">{escape(words["curve"])}</th></tr></thead><tbody></tbody></table></div>'
    curves = [each.curve for each in drawn]
    tables = (figures_of(curves, words), losses_of(curves, words), changes_of(drawn, words))
    for table in (*tables, *section.tables):
        yield from _table(table) if table.rows else ()
    derivation = [line for curve in curves for line in curve.run.derivation]
    below = level + 1
    yield from _lines(words["derivation"], derivation, below)
    yield from _lines(words["notes"], section.notes, below)
    for heading, kind in (("spec", "spec"), ("calls", "call")):
        own = [each for each in section.texts if each.kind == kind]
        yield from _texts(words[heading], own, section, words, below)
    yield "</section>"


def _table(table: Listed) -> Iterator[str]:
    yield f'<div class="wide"><table class="listed"><caption>{escape(table.caption)}</caption>'
    heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in table.heads)
    yield f"<thead><tr>{heads}</tr></thead><tbody>"
    for first, *rest in table.rows:
        cells = "".join(f"<td{_kind(cell)}>{escape(printable(cell))}</td>" for cell in rest)
        yield f'<tr><th scope="row">{escape(printable(first))}</th>{cells}</tr>'
    yield "</tbody></table></div>"


def _kind(cell: str) -> str:
    """The class of a cell that wraps, as a sentence does and a number does not."""
    return ' class="text"' if len(cell) > _SENTENCE else ""


def _lines(heading: str, lines: Sequence[str], level: int) -> Iterator[str]:
    if lines:
        yield f'<h{level} class="part">{escape(heading)}</h{level}><ul>'
        yield from (f"<li>{escape(printable(line))}</li>" for line in dict.fromkeys(lines))
        yield "</ul>"


def _texts(
    heading: str, texts: Sequence[Copied], section: Section, words: Mapping[str, str], level: int
) -> Iterator[str]:
    """Texts in boxes, each with a button that copies it; what is of one curve stands under its label."""
    if not texts:
        return
    yield f'<h{level} class="part">{escape(heading)}</h{level}>'
    named = len(section.curves) > 1
    for number in dict.fromkeys(each.curve for each in texts):
        own = [each for each in texts if each.curve == number]
        if number is None:
            yield '<div class="texts">'
        else:
            yield f'<div class="texts" data-curve="{number}">'
            label = printable(label_of(section.curves[number].run))
            if named and [each.name for each in own] != [label]:
                yield f'<h{level + 1} class="of">{escape(label)}</h{level + 1}>'
        for each in own:
            yield from _copied(each, words)
        yield "</div>"


def _copied(text: Copied, words: Mapping[str, str]) -> Iterator[str]:
    name, said = escape(printable(text.name)), escape(words["copy"])
    yield f'<figure><figcaption><b>{name}</b> <button type="button" data-do="copy">{said}</button>'
    yield f"<span>{escape(printable(text.says))}</span></figcaption>"
    yield f"<pre><code>{escape(printable(text.text, chr(10)))}</code></pre></figure>"
