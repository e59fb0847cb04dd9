"""From a REF to runs: the front ends in the order in which they are tried, and what several REFs share."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from lrplot.document.build import build
from lrplot.document.changes import Given, changed, given, setting
from lrplot.document.document import Built, Document
from lrplot.document.overrides import Overrides
from lrplot.document.tree import literal
from lrplot.document.unused import Unused
from lrplot.errors import LrplotError, NotationError, NothingError, UnusedBindingError, UsageError
from lrplot.run import Run, Runs
from lrplot.sources.front_end import FrontEnd
from lrplot.sources.labelled import labelled
from lrplot.sources.place import place_of
from lrplot.sources.ref import Ref
from lrplot.text.caret import brief


class Try(NamedTuple):
    """A front end by its name, so that a REF that cannot be of its kind does not import it."""

    room: str
    name: str
    may_be: Callable[[Ref], bool]
    """Whether a REF may be of its kind, as far as its spelling and its suffix tell."""

    @property
    def front_end(self) -> FrontEnd:
        """The front end itself."""
        found: FrontEnd = getattr(import_module(f"lrplot.sources.{self.room}"), self.name)
        return found


TRIES: Final = (
    Try("catalogue", "SCHEDULE", lambda ref: not ref.looks_like_file),
    Try("catalogue", "OPTIMIZER", lambda ref: not ref.looks_like_file),
    Try("commands", "COMMAND", lambda ref: ref.may_start_a_script),
    Try("logs", "LOG", lambda ref: ref.may_be_a_log),
    Try("trainers", "TRAINING", lambda ref: ref.has_forms),
    Try("scripts", "PYTHON", lambda ref: ref.may_be_python),
    Try("specs", "SPEC", lambda _ref: True),
)
"""The front ends in their order: the first that recognises a REF lowers it."""


def front_end_of(ref: Ref, said: Given | None = None) -> FrontEnd:
    """The front end that a REF is for.

    Raises
    ------
    UsageError
        When it is for none.
    """
    for each in TRIES:
        if each.may_be(ref) and each.front_end.recognises(ref, said or Given()):
            return each.front_end
    if not ref.spelled:
        raise UsageError("an empty REF; give a name of 'lrplot list', a path or a call")
    if Path(ref.spelled).is_dir():
        raise UsageError(f"{ref.spelled}: is a folder; name a file in it")
    if ref.is_command_line:
        raise UsageError(_unknown_command(ref))
    from lrplot.sources import catalogue

    raise UsageError(
        f"'{brief(ref.spelled)}' is neither a schedule of the catalogue nor a file; "
        f"{catalogue.near(ref.spelled)}"
    )


def ref_of(reference: str, said: Given | None = None) -> Ref:
    """The REF that is spelled so; of a document, the schedule in it that is meant.

    Raises
    ------
    LrplotError
        When it is a document with several schedules, or without the one that is named.
    """
    place = place_of(reference)
    whole = Ref(reference)
    if place is None or (place.number is not None and whole.is_file):
        return whole
    from lrplot.sources import markdown, trainers

    found = markdown.schedules_in(place.path, is_schedule)
    if place.number is None and not found and trainers.TRAINING.recognises(whole, said or Given()):
        # A model card, or a command that stands in no block.
        return whole
    return markdown.chosen(place, found)


def expanded(reference: str) -> list[str]:
    """The REFs that one stands for: of a document with several schedules, each of them.

    Raises
    ------
    LrplotError
        When it is a document that cannot be read.
    """
    place = place_of(reference)
    if place is None or place.number is not None or not place.path.is_file():
        return [reference]
    from lrplot.sources.markdown import schedules_in

    found = schedules_in(place.path, is_schedule)
    return [each.spelled for each in found] if len(found) > 1 else [reference]


def is_schedule(ref: Ref) -> bool:
    """True where a block of a document says a schedule, rightly or with a mistake in it."""
    from lrplot.sources import specs

    said = Given()
    try:
        end = front_end_of(ref, said)
        if end is specs.SPEC:
            return specs.says_a_schedule(ref)
        document = end.lower(ref, said)
    except (NothingError, UsageError):
        return False
    except NotationError as error:
        # What is no Python, as an outline with dots in it, is none of ours to judge.
        return not error.message.startswith("not Python")
    except LrplotError:
        return True
    # An optimizer by itself is what the next block steps.
    return "optimizer" not in document.root.entries


def _unknown_command(ref: Ref) -> str:
    """The message for a command that is no trainer's, and whose script is not here."""
    from lrplot.trainers.forms.command_line import started

    found = started(ref.spelled)
    if found is not None and not Path(found[0]).is_file():
        return (
            f"{found[0]}: no such script here, and its flags are those of no trainer that lrplot knows; "
            "name it from where you stand"
        )
    return f"'{brief(ref.spelled)}': the flags are those of no trainer that lrplot knows"


def read_document(reference: str | Ref, said: Given | None = None) -> Document:
    """The document of a REF, as it is spelled or with a text of its own, with all that is said over it.

    Raises
    ------
    LrplotError
        When it is no REF, or what it names is wrong.
    """
    said = said or Given()
    label, plain = ("", "") if isinstance(reference, Ref) else labelled(reference)
    ref = reference if isinstance(reference, Ref) else ref_of(plain, said)
    document = front_end_of(ref, said).lower(ref, said)
    document = replace(document, label=label) if label else document
    document = replace(document, notes=(*document.notes, *_skipped(ref)))
    # Where no step was derived, no fact about the training had a use.
    unused = () if document.derivation else tuple(_facts_without_use(said, document.label))
    return changed(replace(document, unused=(*document.unused, *unused)), said)


def _skipped(ref: Ref) -> Iterator[str]:
    """A note of the blocks that a document's only schedule stands behind."""
    if ref.number is None:
        return
    from lrplot.sources.markdown import BlockRef, schedules_in, skipped

    if isinstance(ref, BlockRef) and ref.number == 1:
        told = skipped(ref.path, schedules_in(ref.path, is_schedule))
        yield from [told] if told else []


def _facts_without_use(said: Given, label: str) -> Iterator[Unused]:
    for name in (*said.facts, *(["trainer"] if said.trainer else [])):
        option = "--" + name.replace("_", "-")
        message = f"{option} changes nothing: {label} is not the configuration of a trainer"
        yield Unused(option, UsageError(message))


def load(reference: str | os.PathLike[str], overrides: Overrides | None = None) -> Runs:
    """The runs a REF names.

    A REF is a catalogue name, a spec file, a framework's call, a training script, or ``-`` for a spec or
    a script on standard input. Calls and scripts are parsed and never executed.

    Raises
    ------
    LrplotError
        When it names none of these, or what it names is wrong.

    Examples
    --------
    >>> (run,) = load("cosine", Overrides(settings={"steps": "1e6"}))
    >>> run.label, run.steps
    ('cosine', 1000000)
    >>> (run,) = load("StepLR(optimizer, 30)", Overrides(settings={"lr": "0.1", "steps": "100"}))
    >>> run.schedule([29, 30]).round(6).tolist()
    [0.1, 0.01]
    """
    built = build(read_document(os.fspath(reference), given(overrides or Overrides())))
    for unused in built.unused:
        raise unused.error
    return built.runs


def load_all(
    references: Sequence[str | Ref],
    overrides: Overrides,
    *,
    together: bool = False,
    beside: Sequence[Run] = (),
) -> list[Runs]:
    """The runs of several REFs; what is said for all may concern only some of them.

    Where they are seen ``together``, names alone have one horizon: that of the longest run beside them, or
    the longest of their own. ``beside`` are runs they are seen together with that no REF names.

    Raises
    ------
    LrplotError
        As :func:`load`; and when an option concerns none of them.
    """
    said = given(overrides)
    read = [(document := read_document(reference, said), _build_one(document)) for reference in references]
    documents, found = [document for document, _ in read], [built for _, built in read]
    if references and together and not said.has_horizon:
        found = _with_one_horizon(documents, found, beside)
    _refuse_unused(found)
    if together and len({run.relative for built in found for run in built.runs}) > 1:
        # Shares of one run and steps of another stand on no common axis: what is missing is asked for.
        return load_all(references, replace(overrides, relative=False), together=together, beside=beside)
    return [built.runs for built in found]


def _build_one(document: Document) -> Built:
    """The runs of one of several, told where the base rate changes only the others."""
    built = build(document)
    return _with_notes(built, [str(unused.error) for unused in built.unused if unused.option == "--lr"])


def _refuse_unused(found: Sequence[Built]) -> None:
    """Raise the error of an option that none of the REFs had a use for."""
    for built in found:
        for unused in built.unused:
            if all(unused.option in {each.option for each in other.unused} for other in found):
                raise unused.error


def _with_notes(built: Built, notes: Sequence[str]) -> Built:
    """The same, its runs with more notes."""
    return replace(built, runs=Runs(replace(run, notes=(*run.notes, *notes)) for run in built.runs))


def _with_one_horizon(
    documents: Sequence[Document], found: Sequence[Built], beside: Sequence[Run]
) -> list[Built]:
    """The same, names that have no run of their own drawn over the run of the others."""
    pairs = list(zip(documents, found, strict=True))
    own = {run.steps for document, built in pairs if not document.typical for run in built.runs}
    own |= {run.steps for run in beside}
    longest = max(own or {run.steps for built in found for run in built.runs})
    over = Given({"steps": setting("steps", str(longest))})
    again = {
        index: _build_one(changed(document, over))
        for index, (document, built) in enumerate(pairs)
        if document.typical and any(run.steps != longest for run in built.runs)
    }
    called = ", ".join(dict.fromkeys(run.label for built in again.values() for run in built.runs))
    where = "as the run beside" if own else "the longest of the names"
    note = f"{called}: drawn over {longest} steps, {where} (--steps gives another number)"
    return [
        _with_notes(again[index], [note]) if index in again else built for index, built in enumerate(found)
    ]


def load_text(text: str, name: str, label: str) -> Runs:
    r"""The runs of a spec's text, as if it stood in the file ``name``.

    Raises
    ------
    LrplotError
        When it is no spec, or a wrong one.

    Examples
    --------
    >>> [run.steps for run in load_text("lr: 0.1\nsteps: 9\nschedule: cosine", "a.yaml", "a")]
    [9]
    """
    from lrplot.sources import specs

    return build(specs.document_of(text, name, label)).runs


def parse(
    call: str,
    *,
    lr: float | None = None,
    steps: int | None = None,
    epochs: float | None = None,
    steps_per_epoch: int | None = None,
    metrics: Sequence[float] | str | None = None,
    gradients: Sequence[float] | str | None = None,
    let: Mapping[str, Any] | None = None,
) -> Run:
    """The run of one framework's call, as copied from training code.

    Parameters
    ----------
    call
        The call, a snippet around it, or a whole script with one scheduler.
    lr
        Base rate; wins over the optimizer's in the text. Where the call gives its own rate, as a one-cycle's
        ``max_lr``, it changes nothing, and a note of the run says so.
    steps, epochs, steps_per_epoch
        Horizon.
    metrics
        What a plateau reacts to: numbers, a formula in t, or a file (``a.csv#val_loss``).
    gradients
        What an optimizer is given: numbers, a formula in t, or a file.
    let
        Values for names the text leaves open.

    Raises
    ------
    LrplotError
        When the text makes no schedule, or several.

    Examples
    --------
    >>> run = parse("CosineAnnealingLR(optimizer, T_max=50)", lr=0.1, steps=101)
    >>> run.schedule([0, 50, 100]).round(6).tolist()
    [0.1, 0.0, 0.1]
    >>> run = parse("ReduceLROnPlateau(optimizer, patience=5)", lr=0.1, metrics=[1.0] * 9)
    >>> run.schedule([6, 7]).round(6).tolist()
    [0.1, 0.01]
    """
    from lrplot.python.source import parse as parse_text
    from lrplot.sources import scripts

    numbers = {"lr": lr, "steps": steps, "epochs": epochs, "steps_per_epoch": steps_per_epoch}
    settings = {name: setting(name, repr(value)) for name, value in numbers.items() if value is not None}
    for name, series in (("metrics", metrics), ("gradients", gradients)):
        if series is not None:
            plain = series if isinstance(series, str) else np.asarray(series, dtype=np.float64).tolist()
            settings[name] = literal(plain, "--" + name)
    said = Given(settings, bindings={name: repr(value) for name, value in (let or {}).items()})
    source = parse_text(call, "call")
    built = build(changed(scripts.document_of(source, "call", said), said))
    for unused in built.unused:
        if isinstance(unused.error, UnusedBindingError):
            raise unused.error
    (run, *others) = _with_notes(built, [unused.note for unused in built.unused if unused.note]).runs
    if others:
        names = ", ".join(each.label for each in built.runs)
        raise UsageError(f"{len(built.runs)} schedulers in it: {names}; give one")
    return run
