from __future__ import annotations

import json
from typing import Annotated

import typer

from lrplot.cli import options
from lrplot.cli.options import Horizon, Look, overrides
from lrplot.cli.output import ascii_only, show, write_stdout
from lrplot.cli.results import tell

EXAMPLES = (
    "\b\nExamples:\n"
    "  lrplot explain cosine\n"
    "  lrplot explain adamw --lang zh\n"
    "  lrplot explain step --latex\n"
    '  lrplot explain "OneCycleLR(optimizer, max_lr=0.1, total_steps=1000)"\n'
    "  lrplot explain configs/warmup_cosine.yaml"
)

Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME|REF",
        help="A name of the catalogue, an optimizer, or any REF, which is explained with its numbers.",
        autocompletion=options.complete_reference,
    ),
]
Latex = Annotated[bool, typer.Option("--latex", help="Print the formula alone, in LaTeX.")]
Json = Annotated[bool, typer.Option("--json", help="Print the same as JSON.")]
Lang = Annotated[str, typer.Option("--lang", metavar="en|zh", help="Language of the page.")]


def explain(
    reference: Name,
    latex: Latex = False,
    as_json: Json = False,
    lang: Lang = "en",
    steps: options.Steps = None,
    epochs: options.Epochs = None,
    steps_per_epoch: options.StepsPerEpoch = None,
    update: options.Update = None,
    lr: options.BaseRate = None,
    changes: options.Changes = None,
    let: options.Let = None,
    metrics: options.Metrics = None,
) -> None:
    """Explain a schedule or an optimizer.

    Its formula, parameters, use, common mistakes and each framework's call.

    A name alone is explained in general; a spec, a call or a script, or a name with options, with its
    numbers, phase by phase.
    """
    from lrplot.describe.explanation import explain_name, explain_run, is_known
    from lrplot.describe.pages import as_data, blocks
    from lrplot.document.overrides import Overrides
    from lrplot.sources.reference import load
    from lrplot.texts import language

    said = overrides(Horizon(steps, epochs, steps_per_epoch, update, lr, metrics), Look(), changes, None, let)
    tongue = language(lang)
    if said == Overrides() and (is_known(reference) or _is_a_word(reference)):
        found = [explain_name(reference)]
    else:
        runs = load(reference, said)
        tell(runs)
        found = [explain_run(run) for run in runs]
    if latex:
        lines = dict.fromkeys(line for each in found for line in each.latex)
        write_stdout([f"{line}\n".encode() for line in lines])
    elif as_json:
        data = {"format": 1, "explained": [as_data(each, tongue) for each in found]}
        write_stdout([json.dumps(data, ensure_ascii=False, indent=2).encode() + b"\n"])
    else:
        from lrplot.render.page import page

        plain = ascii_only()
        show(
            page(
                [block for each in found for block in blocks(each, tongue, ascii_only=plain)],
                ascii_only=plain,
            )
        )


def _is_a_word(reference: str) -> bool:
    """Whether it can only be a name: no file, no call, no stream."""
    from pathlib import Path

    return reference.isidentifier() and not Path(reference).exists()
