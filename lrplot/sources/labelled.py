"""A label before a REF, as a legend is to call it: ``Ours=cosine``."""

import re
from pathlib import Path
from typing import Final

from lrplot.errors import UsageError

_FORMULA: Final = r"\$[^$=\n]{1,59}\$"
_LABEL: Final = re.compile(
    rf"(?:{_FORMULA}|[^\W\d_]|[^\x00-\u1fff])(?:{_FORMULA}|[^$=()\[\]{{}}\"'/\\\n]){{0,59}}", re.UNICODE
)
"""A label begins with a letter, a formula or a symbol from U+2000 on; it holds nothing that calls, paths or
flags are written with."""

_OVERRIDE: Final = re.compile(r"\s[\w.+~/-]+=")
"""A later word of a command that is ``key=value``."""


def labelled(reference: str) -> tuple[str, str]:
    r"""The label that a REF is given, empty where it is given none, and the REF itself.

    What is a file as it stands, a call (``StepLR(optimizer, step_size=30)``) or a command with overrides
    has no label.

    Raises
    ------
    UsageError
        When a label is given to nothing.

    Examples
    --------
    >>> labelled("ours, $x^{2}$=cosine")
    ('ours, $x^{2}$', 'cosine')
    >>> labelled("Ours=cosine"), labelled("StepLR(optimizer, step_size=30)"), labelled("python a.py lr=1")
    (('Ours', 'cosine'), ('', 'StepLR(optimizer, step_size=30)'), ('', 'python a.py lr=1'))
    """
    label, equals, rest = reference.partition("=")
    if not equals or not _LABEL.fullmatch(label.strip()) or _is_code(label, rest) or _is_file(reference):
        return "", reference
    if not rest.strip():
        raise UsageError(f"'{label}=' labels nothing; write {label}=REF, as {label}=cosine")
    return label.strip(), rest


def _is_code(label: str, rest: str) -> bool:
    """True for an assignment, and for a command: ``train.py lr=1``, ``DEVICE=0 python train.py``."""
    assigned = rest.startswith((" ", "=")) or "\n" in rest
    before_call = rest.partition("(")[0].strip()
    environment = label.isupper() and " " in before_call
    overrides = _OVERRIDE.search(before_call) is not None
    return assigned or environment or overrides or ".py" in label or " -" in label


def _is_file(reference: str) -> bool:
    try:
        return Path(reference).is_file()
    except (OSError, ValueError):
        return False
