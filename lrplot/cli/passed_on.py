"""Words behind ``--``: the flags of the one script among the REFs, which its command line gives it."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from lrplot.errors import UsageError

_SEPARATOR: Final = "--"
_STARTED_BY: Final = "python"


def parted(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """The words before the first ``--``, and those behind it.

    >>> parted(["train.py", "-f", "table", "--", "--lr", "1"])
    (['train.py', '-f', 'table'], ['--lr', '1'])
    """
    words = list(arguments)
    if _SEPARATOR not in words:
        return words, []
    at = words.index(_SEPARATOR)
    return words[:at], words[at + 1 :]


def command_of(references: Sequence[str], flags: Sequence[str]) -> tuple[str, str] | None:
    """The REF that the flags are for, and its command line with them; None where ``--`` only ends options.

    Raises
    ------
    UsageError
        When they may be for several REFs, or are for none.
    """
    if not references or not flags:
        return None
    scripts = [each for each in dict.fromkeys(references) if _is_script(each)]
    if len(scripts) > 1:
        quoted = shlex.join([shlex.join([_STARTED_BY, scripts[0], *flags])])
        raise UsageError(
            f"which of {', '.join(scripts)} are the flags behind -- for? Put its command in quotes: {quoted}"
        )
    if not scripts:
        if not flags[0].startswith("-"):
            return None
        raise UsageError(
            f"the flags behind -- are a script's own, and {', '.join(references)} is none; "
            "--set KEY=VALUE changes a configuration"
        )
    (script,) = scripts
    if script.endswith(".py") and _is_file(script):
        return script, shlex.join([_STARTED_BY, script, *flags])
    return script, f"{script} {shlex.join(flags)}"


def _is_script(reference: str) -> bool:
    """True for the path of a Python script, and for a command line."""
    from lrplot.sources.ref import Ref

    if reference.endswith(".py"):
        return True
    return " " in reference and not _is_file(reference) and Ref(reference).script is not None


def _is_file(reference: str) -> bool:
    try:
        return Path(reference).is_file()
    except (OSError, ValueError):
        return False
