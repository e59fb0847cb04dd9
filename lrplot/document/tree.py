"""A YAML or JSON text as a tree whose every node knows where it stands.

YAML 1.2 as people expect it: ``1e-4`` is a number, ``on`` is text, ``010`` is neither. Duplicate keys,
unknown tags, cycles, and trees too large or too deep are refused while reading.
"""

import contextlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import yaml
from pydantic import BaseModel

from lrplot.errors import SpecError
from lrplot.text.caret import brief, with_caret

_NODES: Final = 100_000
"""Values of a spec, aliases expanded: a few lines of YAML can stand for 10^9. Just below it a list took 27
MB."""
_DEPTH: Final = 64
"""Levels of a spec, aliases expanded: what walks it calls itself at each, and Python stops at 1,000 calls."""
_LARGEST: Final = 10_000_000
"""Characters of a spec, as many as of a file that is read: real ones have some thousand."""
_TOO_DEEP: Final = f"nested more than {_DEPTH} deep"
_TAB: Final = "a tab stands where YAML wants spaces"
_TOLD: Final = 20
"""Mistakes told at once; who has more has one mistake many times."""
_EXACT: Final = 300
"""Digits of a whole number that surely fits in a float64."""

_HALVES: Final = re.compile(r"(?<!\\)((?:\\\\)*)(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})")
"""A character beyond U+FFFF as JSON escapes it."""
_INTEGER: Final = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT: Final = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)([eE][-+]?[0-9]+)?")
_NOT_FINITE: Final = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_WORDS: Final = {"": None, "~": None, "null": None, "Null": None, "NULL": None} | {
    word: value for value in (True, False) for word in (str(value), str(value).lower(), str(value).upper())
}


_TAGS: Final[Mapping[str | None, tuple[type, ...]]] = {
    "tag:yaml.org,2002:float": (float, int),
    "tag:yaml.org,2002:int": (int,),
    "tag:yaml.org,2002:bool": (bool,),
}
"""What a scalar of each tag may hold, the kind it becomes first."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a text, counted from 0: ``width`` characters from ``column`` of ``line``."""

    line: int
    column: int
    width: int = 1


@dataclass(frozen=True, slots=True)
class Source:
    """A text and what to call it."""

    name: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One value of the tree.

    ``value`` is a string, number, bool or None, a list of nodes, or a mapping of key nodes to nodes.
    ``text`` is a scalar as it was written; ``plain`` says it was written without quotes; ``typical`` that
    nobody wrote it, a name of the catalogue stands for it.
    """

    value: Any
    mark: Mark | None
    source: Source
    text: str = ""
    plain: bool = True
    typical: bool = False

    @property
    def entries(self) -> "dict[str, Node]":
        """A mapping by the text of its keys."""
        return (
            {key.text: child for key, child in self.value.items()} if isinstance(self.value, Mapping) else {}
        )

    def key(self, name: str) -> "Node":
        """The key called ``name``, or the mapping itself."""
        return next((key for key in self.value if key.text == name), self)

    @property
    def items(self) -> "list[Node]":
        """The members of a list."""
        return self.value if isinstance(self.value, list) else []

    @property
    def kind(self) -> str:
        """The node's content, in words."""
        if isinstance(self.value, Mapping):
            return "a mapping"
        if isinstance(self.value, list):
            return "a list"
        if self.value is None:
            return "nothing"
        return repr(brief(self.text)) if isinstance(self.value, str) else brief(self.text)


@dataclass(frozen=True, slots=True)
class Complaint:
    """A message and the node it is about."""

    message: str
    node: Node
    start: int | None = None
    width: int = 1

    @property
    def mark(self) -> Mark | None:
        """The place to point at: inside the node's text where ``start`` says so."""
        mark = self.node.mark
        if mark is None or self.start is None or mark.width < len(self.node.text):
            return mark
        return Mark(mark.line, mark.column + self.start + (not self.node.plain), self.width)


def complain(complaints: Iterable[Complaint]) -> SpecError:
    """One error for all mistakes of a file, in the order of their places, each with its line and a caret."""
    ordered = sorted(
        complaints, key=lambda c: (c.mark is None, (c.mark.line, c.mark.column) if c.mark else ())
    )
    told = list(dict.fromkeys(map(_message, ordered)))
    more = f"… and {len(told) - _TOLD} more mistakes" if len(told) > _TOLD else ""
    return SpecError("\n".join([*told[:_TOLD], *([more] if more else [])]))


def _message(complaint: Complaint) -> str:
    mark, source = complaint.mark, complaint.node.source
    if mark is None:
        return f"{source.name}: {complaint.message}"
    option = source.name.startswith("--")
    place = "" if option else f":{mark.line + 1}:{mark.column + 1}"
    head = f"{source.name}{place}: {complaint.message}"
    if option and mark.column == 0:
        return head
    if mark.line >= len(source.lines):
        return head
    return f"{head}\n{with_caret(source.lines[mark.line], mark.column, mark.width)}"


def read(text: str, name: str) -> Node:
    """Parse one YAML (or JSON) document.

    Raises
    ------
    SpecError
        When the text is no such document, or is too large or too deep.
    """
    source = Source(name, tuple(text.splitlines()))
    if len(text) > _LARGEST:
        raise SpecError(f"{name}: {len(text)} characters; a spec has at most {_LARGEST}")
    try:
        return _Reader(source).read(_in_one(text))
    except yaml.MarkedYAMLError as error:
        raise complain([_not_yaml(error, text, source)]) from None
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        mark = Mark(before.count("\n"), error.position - before.rfind("\n") - 1)
        code = error.character if isinstance(error.character, int) else ord(error.character)
        message = f"character U+{code:04X} is not allowed"
        raise complain([Complaint(message, Node(None, mark, source))]) from None
    except yaml.YAMLError as error:
        raise SpecError(f"{name}: not valid YAML: {' '.join(str(error).split())}") from None


def _in_one(text: str) -> str:
    r"""A JSON text whose ``\ud83d\ude00``, two halves of one character, are YAML's ``\U0001f600``."""
    if not text.lstrip().startswith(("{", "[", '"')):
        return text
    return _HALVES.sub(_whole_character, text)


def _whole_character(found: re.Match[str]) -> str:
    character = json.loads(f'"{found[2]}"')
    return f"{found[1]}\\U{ord(character):08x}"


def _not_yaml(error: yaml.MarkedYAMLError, text: str, source: Source) -> Complaint:
    """The place where the parser stopped: in our words where we know why, else in its own behind ours."""
    place = error.problem_mark or error.context_mark
    if place is None:
        return Complaint(f"not valid YAML: {error.problem}", Node(None, None, source))
    deep = _too_deep(text[: place.index])
    if deep is not None:
        return Complaint(_TOO_DEEP, Node(None, deep, source))
    mark = Mark(place.line, place.column)
    line = source.lines[mark.line] if mark.line < len(source.lines) else ""
    why = _TAB if line[mark.column : mark.column + 1] == "\t" else error.problem
    return Complaint(f"not valid YAML: {why}", Node(None, mark, source))


def _too_deep(text: str) -> Mark | None:
    """The place at which a text is nested too deeply, if it is; a parser may stop before it says so."""
    depth = 0
    with contextlib.suppress(yaml.YAMLError):
        for event in _events(text):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEPTH:
                return _mark(event)
    return None


def _events(text: str) -> Iterator[yaml.Event]:
    return yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def literal(value: Any, source: str) -> Node:
    """A tree for a plain Python value, which stands in no file."""
    return _plain_node(value, Source(source))


def _plain_node(value: Any, source: Source) -> Node:
    if isinstance(value, Mapping):
        children = {_plain_node(key, source): _plain_node(child, source) for key, child in value.items()}
        return Node(children, None, source)
    if isinstance(value, list | tuple):
        return Node([_plain_node(child, source) for child in value], None, source)
    if isinstance(value, BaseModel):
        # A schedule that is built already: 10^5 points need no node each.
        return Node(value, None, source, text=type(value).__name__.lower())
    return Node(value, None, source, text=str(value).lower() if isinstance(value, bool) else str(value))


@dataclass(slots=True)
class _Open:
    """A collection whose end has not been read."""

    node: Node
    anchor: str | None
    key: Node | None = None
    seen: set[str] = field(default_factory=set)
    size: int = 1
    height: int = 0


@dataclass(slots=True)
class _Anchored:
    node: Node
    size: int
    height: int


@dataclass(slots=True)
class _Reader:
    """Builds the tree from libyaml's events, so that neither depth nor aliases can exhaust anything."""

    source: Source
    anchors: dict[str, _Anchored] = field(default_factory=dict)
    stack: list[_Open] = field(default_factory=list)
    root: Node | None = None
    total: int = 0

    def read(self, text: str) -> Node:
        documents = 0
        for event in _events(text):
            documents += isinstance(event, yaml.DocumentStartEvent)
            if documents > 1:
                self._refuse("a second document; a spec is one", _mark(event))
            self._take(event)
        if self.root is None or self.root.value is None:
            raise SpecError(
                f"{self.source.name}: empty; a spec has at least 'schedule:' and 'steps:' or 'epochs:'"
            )
        return self.root

    def _take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._add(self._scalar(event), event.anchor, 1, 0)
        elif isinstance(event, yaml.AliasEvent):
            known = self.anchors.get(str(event.anchor))
            if known is None:
                open_too = any(each.anchor == event.anchor for each in self.stack)
                what = "contains itself" if open_too else "is not defined"
                self._refuse(f"alias '*{event.anchor}' {what}", _mark(event))
            else:
                self._add(replace(known.node, mark=_mark(event)), None, known.size, known.height)
        elif isinstance(event, yaml.CollectionStartEvent):
            if event.tag not in {None, "!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}:
                self._refuse(f"tag '{brief(event.tag)}' is not read; a spec is plain data", _mark(event))
            value: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
            if len(self.stack) >= _DEPTH:
                self._refuse(_TOO_DEEP, _mark(event))
            self.stack.append(_Open(Node(value, _mark(event), self.source), event.anchor))
        elif isinstance(event, yaml.CollectionEndEvent):
            closed = self.stack.pop()
            self._add(closed.node, closed.anchor, closed.size, closed.height + 1)

    def _add(self, node: Node, anchor: str | None, size: int, height: int) -> None:
        if anchor is not None:
            self.anchors[anchor] = _Anchored(node, size, height)
        if not self.stack:
            self.root = node
            return
        parent = self.stack[-1]
        parent.size += size
        parent.height = max(parent.height, height)
        if parent.size > _NODES:
            self._refuse(f"more than {_NODES} nodes, aliases expanded", node.mark)
        if len(self.stack) + height > _DEPTH:
            self._refuse(f"nested more than {_DEPTH} deep, aliases expanded", node.mark)
        if isinstance(parent.node.value, list):
            parent.node.value.append(node)
        elif parent.key is None:
            if isinstance(node.value, Mapping | list):
                self._refuse("a key must be plain text", node.mark)
            if node.plain and node.text == "<<":
                self._refuse("merge keys '<<' are not read; write the keys out", node.mark)
            if node.text in parent.seen:
                self._refuse(f"key '{brief(node.text)}' stands twice", node.mark)
            parent.seen.add(node.text)
            parent.key = node
        else:
            parent.node.value[parent.key] = node
            parent.key = None

    def _scalar(self, event: yaml.ScalarEvent) -> Node:
        kinds = _TAGS.get(event.tag)
        if kinds is not None:
            return self._tagged(event, kinds)
        if event.tag not in {None, "!", "tag:yaml.org,2002:str"}:
            self._refuse(f"tag '{brief(event.tag)}' is not read; a spec is plain data", _mark(event))
        plain = event.style in {None, ""} and event.tag is None
        value = resolve(event.value) if plain else event.value
        return Node(value, _mark(event), self.source, event.value, plain)

    def _tagged(self, event: yaml.ScalarEvent, kinds: tuple[type, ...]) -> Node:
        """A scalar whose tag says what it is, as ``!!float 1e-4`` does for YAML 1.1's sake."""
        value = resolve(event.value)
        if type(value) not in kinds:
            self._refuse(f"{event.value!r} is not what its tag says it is", _mark(event))
        # Python's own float() makes a huge whole number infinite and complains of none.
        made = float(event.value) if kinds[0] is float and isinstance(value, int) else value
        return Node(made, _mark(event), self.source, event.value)

    def _refuse(self, message: str, mark: Mark | None) -> None:
        raise complain([Complaint(message, Node(None, mark, self.source))])


def resolve(text: str) -> Any:
    """The value of a plain scalar in YAML 1.2; numbers with leading zeros stay text, to be refused."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text) if len(text) <= _EXACT else float(text)
    if _FLOAT.fullmatch(text) and not re.match(r"[-+]?0[0-9]", text):
        return float(text)
    if _NOT_FINITE.fullmatch(text):
        return float(text.replace(".", ""))
    return text


def _mark(event: yaml.Event) -> Mark:
    start, end = event.start_mark, event.end_mark
    if start is None or end is None:
        return Mark(0, 0)
    same_line = end.line == start.line
    return Mark(start.line, start.column, max(1, end.column - start.column) if same_line else 1)
