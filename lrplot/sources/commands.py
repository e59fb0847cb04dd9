"""A script and its command line: the script's own parser says what the flags are."""

from dataclasses import replace
from typing import Final

from lrplot.document.changes import Given
from lrplot.document.document import Document
from lrplot.errors import CommandError, NotationError
from lrplot.sources import scripts, trainers
from lrplot.sources.front_end import FrontEnd
from lrplot.sources.ref import Ref


def _starts_a_script(ref: Ref, given: Given) -> bool:
    return not given.trainer and ref.script is not None


def _lower(ref: Ref, given: Given) -> Document:
    """The document of the script's text; of a trainer's flags where the text alone says no rate."""
    script = ref.script
    assert script is not None  # noqa: S101 (the REF was recognised)
    trainer = trainers.TRAINING.recognises(ref, given)
    try:
        return scripts.document_of(script.source, script.path.stem, given)
    except CommandError as error:
        # A launcher's flags, and those of a class in another file, are no mistakes.
        if not trainer or script.reads_all:
            raise
        reason = str(error)
    except NotationError as error:
        if not trainer:
            raise
        reason = str(error)
    if not script.reads_all:
        return trainers.TRAINING.lower(ref, given)
    told = reason.partition("\n")[0]
    note = f"the script's own text is not followed ({told}); drawn is what a trainer makes of its flags"
    lowered = trainers.TRAINING.lower(ref, given)
    return replace(lowered, notes=(*lowered.notes, note))


COMMAND: Final = FrontEnd("a script and its command line", _starts_a_script, _lower)
