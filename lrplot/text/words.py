"""The words of a text, as a shell parts them; what stands in parentheses is one word, quotes and all."""

from typing import Final

from lrplot.text.caret import brief

_OPENED: Final = {"(": ")", "[": "]", "{": "}"}
_QUOTES: Final = frozenset("\"'")


class WordsError(ValueError):
    """A quote or a parenthesis that nothing closes; ``line`` counts from 0."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def words_of(text: str) -> list[str]:
    r"""The words of a text, parted by spaces and the ends of lines.

    Quotes hold a word together and are taken away, as in a shell; a call needs none, keeps its own, and goes
    over several lines. A line that begins with ``#`` is a comment, as is what follows one in a call, and a
    backslash at the end of a line is nothing.

    Raises
    ------
    WordsError
        When a quote or a parenthesis is left open.

    Examples
    --------
    >>> words_of("cosine StepLR(optimizer, 30)  # two\n'My own=cosine' --steps 90")
    ['cosine', 'StepLR(optimizer, 30)', '#', 'two', 'My own=cosine', '--steps', '90']
    >>> words_of('F(o,  # an optimizer\n  mode="a b")  --title "A (b"\n# no more')
    ['F(o, mode="a b")', '--title', 'A (b']
    """
    return _Reader(text).words()


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._found: list[str] = []
        self._word: list[str] | None = None
        self._opened: list[tuple[str, int]] = []

    def words(self) -> list[str]:
        at = 0
        while at < len(self._text):
            at = self._next(at)
        if self._opened:
            mark, where = self._opened[-1]
            raise self._open(f"nothing closes the '{mark}'", where)
        self._end()
        return self._found

    def _next(self, at: int) -> int:
        """Read what stands at a place, and answer where to go on."""
        character = self._text[at]
        if character in _QUOTES:
            return self._quoted(at)
        if self._opened:
            if character == "#":
                return self._line_end(at)
            if character.isspace():
                self._space()
                return at + 1
            if character == _OPENED[self._opened[-1][0]]:
                self._opened.pop()
        elif character.isspace() or self._text.startswith("\\\n", at):
            self._end()
            return at + 1 + (character == "\\")
        elif character == "#" and self._text[:at].rpartition("\n")[2].strip() == "":
            return self._line_end(at)
        if character in _OPENED:
            self._opened.append((character, at))
        self._take(character)
        return at + 1

    def _line_end(self, at: int) -> int:
        end = self._text.find("\n", at)
        return len(self._text) if end < 0 else end

    def _space(self) -> None:
        """One space in a call, however many stand there."""
        if self._word is not None and self._word[-1] != " ":
            self._take(" ")

    def _quoted(self, at: int) -> int:
        end = self._text.find(self._text[at], at + 1)
        if end < 0:
            raise self._open(f"nothing closes the {self._text[at]}", at)
        self._take(self._text[at : end + 1] if self._opened else self._text[at + 1 : end])
        return end + 1

    def _take(self, part: str) -> None:
        self._word = [] if self._word is None else self._word
        self._word.append(part)

    def _end(self) -> None:
        if self._word is not None:
            self._found.append("".join(self._word))
        self._word = None

    def _open(self, message: str, at: int) -> WordsError:
        before = self._text[:at]
        line = self._text[at:].partition("\n")[0]
        return WordsError(f"{message} of {brief(line)}", before.count("\n"))
