"""Words of a command line, read as a script's parser reads them; what it would refuse is refused."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from lrplot.errors import CommandError
from lrplot.text.nearest import did_you_mean

_NUMBER: Final = re.compile(r"^-(\d+|\d*\.\d+|\d+\.)([eE][-+]?\d+)?$")
"""A negative number, which is a value and no flag."""

Takes = Literal["one", "optional", "any", "some", "none"]
"""How many words an option takes: argparse's None, ``?``, ``*``, ``+``, and none as a switch does."""
MISSING: Final = object()
"""Stands for a default that is not given."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option that a script declares.

    Parameters
    ----------
    destination
        The name under which the script finds its value.
    flags
        How it is written, each with the value that it stands for where it takes no word; empty for a
        positional one.
    takes
        How many words it takes.
    convert
        What makes a value of a word; it raises ValueError for a word that it does not take.
    kind
        What ``convert`` wants, as messages say it.
    constant
        The value of an ``optional`` one without a word.
    default
        Its value where it is not given.
    choices
        The values that it may have; empty for any.
    required
        Whether it has to be given.
    count
        How many words it takes where ``takes`` is ``one``.
    listed
        Whether those words make a list.
    grows
        Whether each mention adds a value to a list.
    """

    destination: str
    flags: Mapping[str, Any] = field(default_factory=dict)
    takes: Takes = "one"
    convert: Callable[[str], Any] = str
    kind: str = "a text"
    constant: Any = None
    default: Any = MISSING
    choices: Sequence[Any] = ()
    required: bool = False
    count: int = 1
    listed: bool = False
    grows: bool = False

    @property
    def name(self) -> str:
        """The name in messages: its longest flag."""
        return max(self.flags, key=len) if self.flags else self.destination

    def value(self, word: str) -> Any:
        """The value that a word spells.

        Raises
        ------
        ValueError
            Saying what is wrong with it.
        """
        try:
            value = self.convert(word)
        except ValueError:
            raise ValueError(f"{self.name} wants {self.kind}, got '{word}'") from None
        if self.choices and value not in self.choices:
            listed = ", ".join(map(str, self.choices))
            near = did_you_mean(word, [str(each) for each in self.choices])
            raise ValueError(f"{self.name} is one of {listed}, got '{word}'{near}")
        return value


@dataclass(frozen=True, slots=True)
class Dialect:
    """The habits of one kind of parser with flags.

    Parameters
    ----------
    abbreviates
        Whether the beginning of a flag stands for the one flag that begins so.
    lenient
        Whether flags that nobody declares are let pass, as ``parse_known_args`` does.
    """

    abbreviates: bool = True
    lenient: bool = False


@dataclass(slots=True)
class _Given:
    values: dict[str, Any] = field(default_factory=dict)
    mistakes: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    tried: set[str] = field(default_factory=set)
    """Options that were meant, and are told of already."""


def read_words(
    options: Sequence[Option], words: Sequence[str], program: str, dialect: Dialect
) -> tuple[dict[str, Any], list[str]]:
    """The values that words give to options, by destination, and the words that nothing takes.

    Raises
    ------
    CommandError
        Naming every flag that is unknown, misused or missing.

    Examples
    --------
    >>> lr = Option("lr", {"--lr": True}, convert=float, kind="a number", default=0.1)
    >>> read_words([lr], ["--lr", "1e-3"], "train.py", Dialect())
    ({'lr': 0.001}, [])
    >>> read_words([lr], ["--lt=2"], "train.py", Dialect())
    Traceback (most recent call last):
    lrplot.errors.CommandError: train.py: it has no option --lt; did you mean '--lr'?
    """
    given = _Given()
    places = [option for option in options if not option.flags]
    loose: list[str] = []
    queue = list(words)
    while queue:
        word = queue.pop(0)
        if word == "--":
            loose += queue
            break
        if not _is_flag(word):
            loose.append(word)
            continue
        _flag(word, queue, options, dialect, given)
    _positional(places, loose, dialect, given)
    had = given.values.keys() | given.tried
    missing = [option.name for option in options if option.required and option.destination not in had]
    if missing:
        given.mistakes.append(f"it needs {', '.join(missing)}")
    if given.mistakes:
        raise CommandError("\n".join(f"{program}: {each}" for each in given.mistakes))
    return given.values, given.ignored


def _is_flag(word: str) -> bool:
    return word.startswith("-") and len(word) > 1 and not _NUMBER.match(word) and " " not in word


def _flag(word: str, queue: list[str], options: Sequence[Option], dialect: Dialect, given: _Given) -> None:
    flag, equals, value = word.partition("=")
    found = dict(_named(flag, options, dialect))
    if not found and not word.startswith("--") and dict(_named(word[:2], options, dialect)):
        # -l0.5 is -l 0.5.
        flag, equals, value = word[:2], "=", word[2:]
        found = dict(_named(flag, options, dialect))
    if len(found) > 1:
        given.mistakes.append(f"{flag} may be {' or '.join(found)}; write it out")
        return
    if not found:
        known = {name: option.destination for option in options for name in option.flags}
        near = did_you_mean(flag, known)
        given.tried |= {known[name] for name in known if f"'{name}'" in near}
        if dialect.lenient:
            given.ignored.append(f"{word}{near}")
        else:
            given.mistakes.append(f"it has no option {flag}{near or _listed([*known])}")
        # Its words are nobody's either.
        while queue and not _is_flag(queue[0]):
            queue.pop(0)
        return
    ((name, option),) = found.items()
    given.tried.add(option.destination)
    try:
        _taken(option, name, [value] if equals else None, queue, given)
    except ValueError as error:
        given.mistakes.append(str(error))


def _listed(known: Sequence[str]) -> str:
    return f"; it has {', '.join(known)}" if known else ""


def _named(flag: str, options: Sequence[Option], dialect: Dialect) -> Iterator[tuple[str, Option]]:
    """The flag that is meant, several where it is the beginning of several options' flags."""
    exact = [(flag, option) for option in options if flag in option.flags]
    if exact:
        # Of two parsers in one script, the later is the one that trains.
        yield exact[-1]
    elif dialect.abbreviates and flag.startswith("--"):
        meant: dict[str, tuple[str, Option]] = {}
        for option in options:
            for name in option.flags:
                if name.startswith(flag):
                    meant.setdefault(option.destination, (name, option))
        yield from meant.values()


def _taken(option: Option, flag: str, attached: list[str] | None, queue: list[str], given: _Given) -> None:
    """Take the words of an option off the queue and keep its value."""
    if option.takes == "none":
        if attached is not None and option.convert is not str:
            given.values[option.destination] = option.value(attached[0])
            return
        if attached is not None:
            raise ValueError(f"{flag} is a switch, and takes no value, got '{attached[0]}'")
        given.values[option.destination] = option.flags[flag]
        return
    words = attached if attached is not None else _words_of(option, queue)
    if option.takes == "optional" and not words:
        given.values[option.destination] = option.flags[flag] if option.constant is None else option.constant
        return
    least = {"one": option.count, "some": 1}.get(option.takes, 0)
    if len(words) < least:
        wanted = f"{option.count} values" if option.count > 1 else "a value"
        # A bare word behind the next flag was not meant for it.
        raise ValueError(f"{flag} wants {wanted}")
    values = [option.value(word) for word in words]
    single = option.takes in {"one", "optional"} and not option.listed
    value = values[0] if single else values
    if option.grows:
        before = given.values.get(option.destination, [])
        value = [*before, value]
    given.values[option.destination] = value


def _words_of(option: Option, queue: list[str]) -> list[str]:
    most = option.count if option.takes == "one" else 1 if option.takes == "optional" else len(queue)
    words: list[str] = []
    while queue and len(words) < most and not _is_flag(queue[0]):
        words.append(queue.pop(0))
    return words


def _positional(places: Sequence[Option], words: list[str], dialect: Dialect, given: _Given) -> None:
    """Give the words without a flag to the options without one, in order."""
    left = list(words)
    for i, option in enumerate(places):
        behind = sum(each.takes in {"one", "some"} for each in places[i + 1 :])
        most = option.count if option.takes == "one" else 1 if option.takes == "optional" else len(left)
        mine = left[: max(0, min(most, len(left) - behind))]
        left = left[len(mine) :]
        if not mine:
            continue
        try:
            values = [option.value(word) for word in mine]
        except ValueError as error:
            given.mistakes.append(str(error))
            given.tried.add(option.destination)
            continue
        single = option.takes in {"one", "optional"} and not option.listed
        given.values[option.destination] = values[0] if single else values
    if left and not dialect.lenient:
        given.mistakes.append(f"nothing takes the word '{left[0]}'")
