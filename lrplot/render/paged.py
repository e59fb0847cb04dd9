"""The kind of a page of text, which whatever prints one asks for and whatever makes one is long."""

from rich.console import Group


class Page(Group):
    """A page that is read, so that it is as wide as the screen even on its way through a pager."""
