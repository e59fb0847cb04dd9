"""Changes of a document from outside: settings, values at paths, sweeps. Each makes a new document."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from lrplot.document.document import NO_HORIZON, Document
from lrplot.document.names import with_names_written_out
from lrplot.document.overrides import Overrides, Said
from lrplot.document.path import check_path, put
from lrplot.document.tree import Node, Source, literal, read, resolve
from lrplot.errors import UsageError

_HORIZON = frozenset({"steps", "epochs"})


@dataclass(frozen=True, slots=True)
class Given:
    """The values said over a document, read.

    Parameters
    ----------
    settings
        Values for keys of the document itself.
    values
        Values at dotted paths.
    sweeps
        Lists of values at dotted paths, each with the option that says so.
    bindings
        Values for names that a text leaves open.
    facts
        What no configuration of a trainer holds, by name.
    trainer
        The trainer a configuration is for, with its version.
    relative
        Whether a run whose length nobody says may be had over shares of it.
    """

    settings: Mapping[str, Node] = field(default_factory=dict)
    values: Mapping[str, Node] = field(default_factory=dict)
    sweeps: Mapping[str, tuple[str, Node]] = field(default_factory=dict)
    bindings: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, int] = field(default_factory=dict)
    trainer: str = ""
    relative: bool = False

    @property
    def paths(self) -> list[str]:
        """The paths that are changed; a parameter of the one schedule by its name alone."""
        return [path.removeprefix("schedule.") for path in (*self.values, *self.sweeps)]

    @property
    def has_horizon(self) -> bool:
        """True where it says how long the run is."""
        return bool(_HORIZON & {*self.settings, *self.paths})


def given(overrides: Overrides) -> Given:
    """The values a command line says, read.

    Raises
    ------
    SpecError
        When a path or a value cannot be read.
    UsageError
        When a path is given twice.
    """
    said = (*overrides.changes, *overrides.sweep)
    for change in said:
        check_path(change.path, change.option)
    paths = [change.path.removeprefix("schedule.") for change in said]
    twice = next((path for path in paths if paths.count(path) > 1), None)
    if twice is not None:
        raise UsageError(f"'{twice}' is given twice; one --set or one --sweep a path")
    simulate = {"simulate": literal({}, "simulate")} if overrides.simulated else {}
    return Given(
        {name: setting(name, text) for name, text in overrides.settings.items()} | simulate,
        {change.path: _value(change) for change in overrides.changes},
        {change.path: (change.option, _value(_listed(change))) for change in overrides.sweep},
        overrides.bindings,
        overrides.facts,
        overrides.trainer,
        overrides.relative,
    )


def setting(name: str, text: str) -> Node:
    """A setting as a command line says it."""
    option = "--" + name.replace("_", "-")
    if text.lstrip().startswith(("{", "[")):
        return read(text, option)
    return Node(resolve(text), None, Source(option), text)


def _value(change: Said) -> Node:
    with_path = change.option in {"--set", "--sweep", "--over"}
    name = f"{change.option} {change.path}" if with_path else change.option
    text = change.text.strip()
    return literal(text, name) if not text or text.startswith("#") else read(change.text, name)


def _listed(change: Said) -> Said:
    return change if change.text.lstrip().startswith("[") else replace(change, text=f"[{change.text}]")


def changed(document: Document, given: Given) -> Document:
    """The document with all that is said over it."""
    # The quadratic model that a document has itself is what it is to be simulated in.
    own = {"simulate"} & document.root.entries.keys()
    document = with_settings(document, {n: node for n, node in given.settings.items() if n not in own})
    if given.has_horizon:
        document = _with_horizon_known(document)
    document = _without_replaced(document, given.paths)
    for path, value in given.values.items():
        if path in document.taken:
            continue
        document = with_value(document, path, value)
    for path, (option, values) in given.sweeps.items():
        document = with_sweep(document, path, values, option)
    return document


def with_settings(document: Document, settings: Mapping[str, Node]) -> Document:
    """The document with keys of its own replaced, but for those that are in it already.

    A new horizon replaces the old one, whichever unit either is in.
    """
    root = document.root
    if not isinstance(root.value, Mapping):
        return document
    new = {name: node for name, node in settings.items() if name not in document.taken}
    horizon = _HORIZON if new.keys() & _HORIZON else frozenset[str]()
    length = {"training"} if "steps_per_epoch" in new else set[str]()
    kept = {key: node for key, node in root.value.items() if key.text not in horizon | length | new.keys()}
    added = {literal(name, node.source.name): node for name, node in new.items()}
    root = with_names_written_out(replace(root, value={**kept, **added}))
    if "lr" in new:
        root = _without_optimizers_rate(root)
    return replace(document, root=root)


def with_value(document: Document, path: str, value: Node) -> Document:
    """The document with a value at a dotted path.

    Raises
    ------
    SpecError
        When the path leads nowhere.
    """
    if not isinstance(document.root.value, Mapping):
        return document
    return replace(document, root=put(document.root, path, value))


def with_sweep(document: Document, path: str, values: Node, option: str) -> Document:
    """The document with one more swept path; a sweep's key is the whole path, dots and all."""
    root = document.root
    if not isinstance(root.value, Mapping):
        return document
    sweep = root.entries.get("sweep")
    old = sweep.value if sweep is not None and isinstance(sweep.value, Mapping) else {}
    kept = {key: node for key, node in old.items() if key.text != path}
    grown = replace(literal({}, option), value={**kept, literal(path, option): values})
    others = {key: node for key, node in root.value.items() if key.text != "sweep"}
    return replace(document, root=replace(root, value={**others, literal("sweep", option): grown}))


def _with_horizon_known(document: Document) -> Document:
    """The document without the fact that nothing says how long its run is."""
    written = {
        label: replace(each, facts=each.facts - NO_HORIZON) for label, each in document.written.items()
    }
    return replace(document, written=written)


def _without_replaced(document: Document, paths: Sequence[str]) -> Document:
    """The document without the typical values that the parameters at ``paths`` take the place of."""
    replaced = {document.instead[path] for path in paths if path in document.instead}
    if not replaced:
        return document
    root = document.root
    schedule = root.entries["schedule"]
    kept = {key: node for key, node in schedule.value.items() if key.text not in replaced}
    new = {
        key: replace(node, value=kept) if key.text == "schedule" else node for key, node in root.value.items()
    }
    return replace(document, root=replace(root, value=new))


def _without_optimizers_rate(root: Node) -> Node:
    """The spec whose optimizers have no rates of their own, as a base rate from outside is for all."""

    def bare(node: Node) -> Node:
        if not isinstance(node.value, Mapping):
            return node
        return replace(node, value={key: child for key, child in node.value.items() if key.text != "lr"})

    def without(key: str, node: Node) -> Node:
        if key == "optimizers" and isinstance(node.value, Mapping):
            return replace(node, value={name: bare(child) for name, child in node.value.items()})
        return bare(node) if key == "optimizer" else node

    return replace(root, value={key: without(key.text, node) for key, node in root.value.items()})
