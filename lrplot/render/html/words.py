"""The words of a page, in the languages of the documents; those of its tables are the terminal's."""

from typing import Final

from lrplot.render.words import in_each_language

PAGE_WORDS: Final = in_each_language("tables", "html")
