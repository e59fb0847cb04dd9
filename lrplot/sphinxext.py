"""A Sphinx directive that draws: ``extensions = ["lrplot.sphinxext"]``, then a page's ``.. lrplot:: cosine``.

A page is read once, and read again when a file that it names has changed. Its pictures are drawn when a
builder wants them, in the first of ``lrplot_formats`` that it shows, and kept beside Sphinx's own files.
"""

from __future__ import annotations

import hashlib
import json
import re
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.parsers.rst.directives.images import Figure
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective
from sphinx.util.logging import getLogger

from lrplot.cli.block import block_options, is_spec, read_block
from lrplot.cli.figure_words import BARE
from lrplot.cli.output import write_file
from lrplot.errors import LrplotError
from lrplot.gallery.alternative import alternative
from lrplot.gallery.lock import DRAWING
from lrplot.gallery.pictures import Picture, draw, picture_of_block, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

_LOG: Final = getLogger(__name__)
_TYPES: Final = {"svg": "image/svg+xml", "pdf": "application/pdf", "png": "image/png"}
_OPTIONS: Final = {option.name: option for option in block_options()}
_IMAGE: Final = ("alt", "width", "height", "scale", "class", "target")
"""Options of Sphinx's own directive ``image``, which this one has too."""
_PLACED: Final = re.compile(r"(?P<path>.*?):(?P<line>\d+)(?P<column>:\d+)?: ")
_LENGTH: Final = 20
"""Digits of a picture's name that tell what it shows."""


class Undrawn(nodes.General, nodes.Inline, nodes.Element):
    """A picture that is not drawn yet: what its block says, and the attributes of its image."""


class Lrplot(SphinxDirective):
    """Draw schedules: REFs and options behind its name and below it, or a spec below it."""

    has_content = True
    optional_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar = {
        **{
            name: directives.flag if option.flag else directives.unchanged
            for name, option in _OPTIONS.items()
        },
        **{name: Figure.option_spec[name] for name in (*_IMAGE, "align")},
        "name": directives.unchanged,
        "caption": directives.unchanged,
    }

    def run(self) -> list[Any]:
        """Read the block, and leave a picture to be drawn; mistakes are told with document and line."""
        block = {
            "page": self.env.docname,
            "text": self._text(),
            "line": self.lineno,
            "options": self._words(),
        }
        if self.arguments and is_spec("\n".join(self.content)):
            raise self.error(f"lrplot: the spec below says what is drawn; leave out '{self.arguments[0]}'")
        try:
            picture = _picture(self.env, block)
        except LrplotError as error:
            return [self._told(str(error))]
        for path in picture.files:
            self.env.note_dependency(str(path))
        return self._nodes(picture, block)

    def _text(self) -> str:
        """What stands behind the name and below the options, on the lines on which it stands in the page."""
        argument = self.arguments[0] if self.arguments else ""
        between = self.content_offset - self.lineno - argument.count("\n")
        below = "\n" * max(between, 0) + "\n".join(self.content) if self.content else ""
        return f"{argument}\n{below}"

    def _words(self) -> list[str]:
        """The options as a command line has them, those of ``lrplot_options`` before the directive's own."""
        words: list[str] = []
        for name, value in {**self.config.lrplot_options, **self.options}.items():
            option = _OPTIONS.get(name)
            if option is None:
                continue
            if option.flag or (value == "" and f"--{name}" in BARE):
                words.append(f"--{name}")
                continue
            values = str(value).splitlines() if option.several else [str(value)]
            words += [f"--{name}={each}" for each in values]
        return words

    def _told(self, message: str) -> Any:
        """An error at the line that it names, in the words of this directive's options."""
        placed = _PLACED.match(message)
        line = int(placed["line"]) if placed else self.lineno
        said = message[placed.end() :] if placed else message
        for name in self.options.keys() & _OPTIONS.keys():
            said = re.sub(rf"--{re.escape(name)}(?![\w-]):?", f":{name}:", said)
        first, _, rest = said.partition("\n")
        source, here = self.get_source_info()
        shown = [nodes.literal_block(rest, rest)] if rest else []
        return self.state.document.reporter.error(
            f"lrplot: {first}", *shown, source=source, line=here + line - self.lineno
        )

    def _nodes(self, picture: Picture, block: Mapping[str, Any]) -> list[Any]:
        image = Undrawn(block=json.dumps(block), digest=_digest(picture))
        image.update_all_atts({name: self.options[name] for name in _IMAGE if name in self.options})
        image["alt"] = self.options.get("alt") or alternative(picture.runs)
        image["classes"] = self.options.get("class", [])
        self.set_source_info(image)
        made = image
        if "target" in self.options:
            made = nodes.reference("", "", image, refuri=self.options["target"])
        if "caption" in self.options:
            parsed, messages = self.parse_inline(self.options["caption"])
            made = nodes.figure("", made, nodes.caption(self.options["caption"], "", *parsed), *messages)
            self.set_source_info(made)
        if "align" in self.options:
            made["align"] = self.options["align"]
        self.add_name(made)
        return [made]


class DrawPictures(SphinxPostTransform):
    """Draws what a builder shows: the pictures that are not there yet, in its own format."""

    default_priority = 50
    """Before Sphinx looks at the images of a page, which it does at 100."""

    def run(self, **_: Any) -> None:
        """Put an image in the place of each picture."""
        for node in list(self.document.findall(Undrawn)):
            attributes = {
                name: value for name, value in node.attributes.items() if name not in {"block", "digest"}
            }
            image = nodes.image("", **attributes, uri="", candidates={"?": ""})
            image.source, image.line = node.source, node.line
            try:
                path = self._drawn(node)
            except LrplotError as error:
                _LOG.error("lrplot: %s", error, location=node)
                node.parent.remove(node)
                continue
            if path is not None:
                image["uri"], image["candidates"] = str(path), {"*": str(path)}
                self.env.images.add_file(self.env.docname, str(path))
            node.replace_self(image)

    def _drawn(self, node: Undrawn) -> Path | None:
        """The file of a picture, drawn where it is not there yet; None for a builder of text."""
        kind = next((kind for kind in self.config.lrplot_formats if self._shows(kind)), None)
        if kind is None:
            return None
        folder = Path(self.env.doctreedir) / "lrplot"
        path = folder / f"lrplot-{node['digest']}.{kind}"
        if not path.is_file():
            picture = _picture(self.env, json.loads(node["block"]), kind)
            made = draw(picture)
            for message in made.warnings:
                _LOG.warning("lrplot: %s", message, location=node, type="lrplot")
            folder.mkdir(parents=True, exist_ok=True)
            write_file(path, [made.data], quiet=True)
        return path

    def _shows(self, kind: str) -> bool:
        return _TYPES.get(kind) in self.app.builder.supported_image_types


def _picture(env: Any, block: Mapping[str, Any], kind: str = "svg") -> Picture:
    """The picture of a block, which a builder of one document finds in another page than it stood in."""
    document = Path(env.doc2path(block["page"]))
    said = read_block(block["text"], document, block["line"], block["options"])
    return picture_of_block(document, f"lrplot.{kind}", said)


def _digest(picture: Picture) -> str:
    """What a picture shows, and by which drawing, as a name."""
    told = json.dumps([DRAWING, version("lrplot"), version("matplotlib"), shown(picture)], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:_LENGTH]


def setup(app: Any) -> dict[str, Any]:
    """Add the directive, its settings and what draws it: the entry that Sphinx calls."""
    app.add_config_value("lrplot_formats", ["svg", "pdf", "png"], "env")
    app.add_config_value("lrplot_options", {}, "env")
    # Another release may read or draw something otherwise: then every page is read again.
    app.add_config_value("lrplot_release", f"{version('lrplot')}.{DRAWING}", "env")
    app.add_directive("lrplot", Lrplot)
    app.add_post_transform(DrawPictures)
    return {"version": version("lrplot"), "parallel_read_safe": True, "parallel_write_safe": True}
