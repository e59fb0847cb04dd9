"""A training's start as a REF: a trainer's configuration file, shell script, or command line."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from lrplot.document.changes import Given
from lrplot.document.document import Document
from lrplot.document.dump import groups_as_data, lowered
from lrplot.document.tree import Node, literal
from lrplot.document.values import plain_value
from lrplot.errors import UsageError
from lrplot.run import Written
from lrplot.sources.foreign import ForeignReader
from lrplot.sources.front_end import FrontEnd
from lrplot.sources.ref import Ref
from lrplot.trainers.facts import Facts, MissingFactsError
from lrplot.trainers.form import Form
from lrplot.trainers.training import ConfigurationError, Trainer, Training

_SURE: Final = 2
"""Confidence from which on Python is a trainer's configuration, and no script of its own."""


def _is_configuration(ref: Ref, given: Given) -> bool:
    return any(given.trainer or _found(form, given) for form in ref.forms)


def _found(form: Form, given: Given) -> tuple[Trainer, ...]:
    """The trainers that a form may be for; a script is one's only where that is sure.

    What is read without its trainer too is left to that, unless something only a trainer knows is given.
    """
    from lrplot.trainers.registry import recognised

    found = recognised(form)
    least = _SURE if form.kind == "python" else 1
    asked = bool(given.facts or given.trainer)
    return tuple(
        each
        for each in found
        if each.recognise(form).level >= least and (asked or not each.read_otherwise(form))
    )


def _lower(ref: Ref, given: Given) -> Document:
    from lrplot.trainers.unread import trained

    chosen, form = _chosen(ref, given)
    facts = _facts(given, chosen)
    label = Path(form.program).stem if ref.is_command_line and form.program else ref.label
    written = form
    form, taken = _with_changes(form, given)
    # What is read again from the Python itself does not see a change of its values.
    changed = [path for path in taken if form.get(path) != written.get(path) and form.kind == "python"]
    try:
        training, relative = trained(chosen, form, facts), False
    except MissingFactsError as missing:
        from lrplot.sources.shares import over_shares

        if not given.relative or given.has_horizon or changed or "lr" in given.settings:
            raise
        found = over_shares(partial(trained, chosen, form), facts, missing)
        if found is None:
            raise
        training, relative = found, True
    if changed and trained(chosen, written, facts) == training:
        raise UsageError(
            f"--set {changed[0]} changes nothing: {chosen.title} reads it in the file; change it there"
        )
    if "lr" in given.settings and _without_rate(chosen, form, given) == training:
        raise UsageError(f"--lr changes nothing: {chosen.title} has a rate of its own (--set KEY=VALUE)")
    spec: dict[str, Any] = {"steps": training.updates}
    if training.steps_per_epoch:
        spec["steps_per_epoch"] = training.steps_per_epoch
    spec["schedule"] = lowered(training.schedule)
    spec |= groups_as_data(training.schedule, training.groups, lowered)
    return Document(
        literal(spec, ref.name),
        label,
        ForeignReader(ref.name, given.bindings),
        taken=frozenset({*taken, "lr"}),
        notes=(*training.notes, *_cut(training.updates, facts.steps)),
        traps=training.traps,
        derivation=(f"{chosen.title}: {_version(given, training)}", *training.derivation),
        relative=relative,
        written={"": Written(training.call, framework=training.framework)} if training.call else {},
    )


def _without_rate(chosen: Trainer, form: Form, given: Given) -> Training | None:
    """The training had nobody said a rate; None where it asks for one."""
    from lrplot.trainers.unread import trained

    try:
        return trained(chosen, form, replace(_facts(given, chosen), lr=None))
    except MissingFactsError:
        return None


def _chosen(ref: Ref, given: Given) -> tuple[Trainer, Form]:
    """The trainer and the form that it reads: as ``--trainer`` says, else the surest."""
    forms = ref.forms
    name = given.trainer.partition("@")[0]
    if name:
        from lrplot.trainers.registry import trainer

        chosen = trainer(name)
        return chosen, max(forms, key=lambda form: chosen.recognise(form).level)
    for form in forms:
        found = _found(form, given)
        if len(found) > 1:
            names = " or ".join(f"--trainer {each.name}" for each in found)
            titles = " or ".join(each.title for each in found)
            raise ConfigurationError(
                f"{ref.name}: this may be a configuration of {titles}; say which: {names}"
            )
        if found:
            return found[0], form
    raise ConfigurationError(f"{ref.name}: no configuration of a trainer that lrplot knows")


def _with_changes(form: Form, given: Given) -> tuple[Form, list[str]]:
    """The form with the trainer's own keys changed, and the paths that were taken for them."""
    taken = [path for path in given.values if path in form or "." not in path]
    return form.with_paths({path: plain_value(given.values[path]) for path in taken}), taken


def _facts(given: Given, chosen: Trainer) -> Facts:
    steps = _count(given.settings.get("steps"))
    version = chosen.version(given.trainer.partition("@")[2])
    rate = given.settings.get("lr")
    lr = float(rate.value) if rate is not None and isinstance(rate.value, int | float) else None
    return Facts(**given.facts, steps=steps, lr=lr, version=version)


def _cut(updates: int, steps: int | None) -> tuple[str, ...]:
    """A note where ``--steps`` says another length than the configuration."""
    if steps is None or steps == updates:
        return ()
    return (
        f"the configuration trains {updates} updates; --steps {steps} draws another length of that curve",
    )


def _count(node: Node | None) -> int | None:
    return node.value if node is not None and isinstance(node.value, int) else None


def _version(given: Given, training: Training) -> str:
    version = given.trainer.partition("@")[2]
    return f"version {version}" if version else training.assumed or "the newest version that is known"


TRAINING: Final = FrontEnd("a trainer's configuration", _is_configuration, _lower)
