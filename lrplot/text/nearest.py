"""The name that was probably meant, and the one way to ask for it."""

from collections.abc import Iterable
from typing import Final

_ALIKE: Final = 0.6
"""From this likeness on a name may be meant: difflib's own measure of a good match."""


def nearest_name(name: str, known: Iterable[str], alike: float = _ALIKE) -> str | None:
    """The known name that is most like another, None where none is ``alike`` enough (0 … 1).

    >>> nearest_name("eta_mim", ["eta_min", "T_max"]), nearest_name("x", ["eta_min"])
    ('eta_min', None)
    """
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, known, 1, alike)), None)


def did_you_mean(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """The end of a sentence on an unknown name: ``; did you mean 'x'?`` or ``otherwise``.

    >>> did_you_mean("eta_mim", ["eta_min"]), did_you_mean("x", ["eta_min"], "; known are eta_min")
    ("; did you mean 'eta_min'?", '; known are eta_min')
    """
    near = nearest_name(name, known)
    return f"; did you mean '{near}'?" if near is not None else otherwise
