"""Keys that say how a configuration is to be read (``_BASE_``, ``defaults``, ``type``), misspelt: refused."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from lrplot.trainers.form import Form
from lrplot.trainers.training import refuse

_ANYWHERE: Final = (
    "_BASE_",
    "_base_",
    "defaults",
    "_target_",
    "class_path",
    "init_args",
    "scheduler",
    "optimizer",
)
"""Keys whose misspelling hides a file, a call or a whole block."""
_OF_A_BLOCK: Final = ("name", "type")
"""Keys that say what a block is; elsewhere they are anybody's."""
_BLOCKS: Final = ("sched", "lr", "optim", "warm", "decay")
"""What stands in the name of a block that decides the rate."""
_LONG: Final = 6
"""Letters from which on a key that differs by one letter is a misspelt one; shorter ones are other words."""
_WORDS: Final = frozenset(
    [
        "default",
        "bases",
        "_bases_",
        "schedule",
        "scheduled",
        "schedules",
        "schedulers",
        "optimized",
        "optimizers",
        "optimiser",
        "class_paths",
        "init_arg",
    ]
)
"""Keys that are near a structural one and are keys of their own."""
_DEEPEST: Final = 20
"""Mappings inside each other that are looked into: no configuration is as deep."""


def check_structural(form: Form) -> None:
    """Refuse a key of a mapping that is nearly a structural one.

    Raises
    ------
    ConfigurationError
        Naming the key that is meant.
    """
    if form.kind != "mapping":
        return
    for path, key, beside in _keys(form.values):
        meant = _meant(path, key)
        if meant is not None and meant not in beside:
            raise refuse(
                form, path, f"'{key}' is no key here, and would be passed over; did you mean '{meant}'?"
            )


def _keys(values: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, str, Mapping[Any, Any]]]:
    """Path and name of every key, and the mapping in which it stands."""
    if depth > _DEEPEST:
        return
    if isinstance(values, list):
        for each in values:
            yield from _keys(each, path, depth + 1)
    elif isinstance(values, Mapping):
        for key, value in values.items():
            if isinstance(key, str):
                at = f"{path}.{key}" if path else key
                yield at, key, values
                yield from _keys(value, at, depth + 1)


def _meant(path: str, key: str) -> str | None:
    """The structural key that another is meant for, None for a key of its own.

    >>> _meant("_BAES_", "_BAES_"), _meant("optim.sched.nmae", "nmae"), _meant("data.nmae", "nmae")
    ('_BASE_', 'name', None)
    """
    outer = path.rpartition(".")[0].lower()
    within = any(word in outer for word in _BLOCKS)
    known = (*_ANYWHERE, *(_OF_A_BLOCK if within else ()))
    # A trainer may write them in letters of its own (Optimizer).
    if key.lower() in {*_WORDS, *(each.lower() for each in known)}:
        return None
    return next((each for each in known if _is_misspelt(key, each)), None)


def _is_misspelt(key: str, meant: str) -> bool:
    """True where two letters are swapped, one is left out, or, in a long key, one is another or too many."""
    if len(key) == len(meant):
        differ = [i for i, (a, b) in enumerate(zip(key, meant, strict=True)) if a != b]
        swapped = (
            len(differ) > 1 and sorted(key) == sorted(meant) and differ[-1] - differ[0] < len(meant) // 2
        )
        return swapped or (len(meant) >= _LONG and len(differ) == 1)
    longer, shorter = (key, meant) if len(key) > len(meant) else (meant, key)
    if len(longer) - len(shorter) != 1 or (len(meant) < _LONG and longer == key):
        return False
    return any(longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer)))
