"""Text that every terminal can show: no control characters, and ASCII where there is no Unicode."""

from typing import Final

_IN_ASCII: Final = str.maketrans(
    {
        "–": "-",
        "·": "*",
        "×": "x",
        "≤": "<=",
        "≥": ">=",
        "≈": "~",
        "→": "->",
        "←": "<-",
        "…": "...",
        "⋮": "...",
        "•": "-",
        "½": "1/2",
        "√": "sqrt ",
        "²": "^2",
        "ⁿ": "^n",
        "ᶻ": "^z",
        "₁": "1",
        "₂": "2",
        "π": "pi",
        "λ": "lambda",
        "β": "beta",
        "θ": "theta",
        "Δ": "d",
        "Π": "prod",
        "η": "eta",
        "γ": "gamma",
        "Σ": "sum",
        "μ": "mu",
        "“": '"',
        "”": '"',
        "’": "'",
        "●": "*",
        "○": "o",
    }
)


def printable(text: str, kept: str = "") -> str:
    r"""Text without control characters, which no font has and some terminals obey, but for those ``kept``.

    >>> printable("a\tb\x1b[31m") == "a b\N{REPLACEMENT CHARACTER}[31m", printable("a\nb", "\n")
    (True, 'a\nb')
    """
    return "".join(
        c if c.isprintable() or c in kept else " " if c in "\n\t\r" else "\N{REPLACEMENT CHARACTER}"
        for c in text
    )


def to_ascii(text: str) -> str:
    """A text spelled in ASCII: signs in words, letters without their accents, ``?`` for all else.

    >>> to_ascii("lr · γ, 0–9, é, 余弦")
    'lr * gamma, 0-9, e, ??'
    """
    from unicodedata import combining, normalize

    apart = normalize("NFD", text.translate(_IN_ASCII))
    bare = "".join(character for character in apart if not combining(character))
    return bare.encode("ascii", "replace").decode()


def respell(error: UnicodeError) -> tuple[str, int]:
    """Characters that a stream cannot encode, spelled in ASCII: a handler of errors for :mod:`codecs`."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return to_ascii(error.object[error.start : error.end]), error.end
