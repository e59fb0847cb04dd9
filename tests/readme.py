"""The table of docs/schedules.md, which the classes write; run this file to write it anew."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo

from lrplot.schedules import CATALOGUE, schedule_class
from lrplot.schedules.fields import parameters

PAGE = Path(__file__).parents[1] / "docs" / "schedules.md"
START, END = "<!-- catalogue -->\n", "<!-- /catalogue -->"


def parameter(name: str, info: FieldInfo, typical: Mapping[str, Any]) -> str:
    """A parameter with its default, none for what is inherited or left out; in brackets what a name has."""
    if info.is_required() or info.default in (None, ()):
        shown = plain(typical.get(name))
        return f"{name} ({shown})" if shown else name
    default = str(info.default).lower() if isinstance(info.default, bool) else info.default
    return f"{name}={default}" if isinstance(default, str) else f"{name}={default:g}"


def plain(value: Any) -> str:
    """A number, a share or several of them; nothing for a whole schedule or rules."""
    if isinstance(value, Mapping):
        pairs = [f"{step}: {plain(rate)}" for step, rate in value.items() if not isinstance(rate, str | list)]
        return ", ".join(pairs) if len(pairs) == len(value) else ""
    if isinstance(value, list):
        return "" if any(isinstance(each, Mapping) for each in value) else ", ".join(map(plain, value))
    return f"{value:g}" if isinstance(value, int | float) else value or ""


def combination(typical: Mapping[str, Any]) -> str:
    """What a name that only combines others is: the schedule, and all that is given to it."""
    given = [f"{name}={plain(value)}" for name, value in typical.items() if name not in {"type", "warmup"}]
    warmup = [f"warmup.{name}={value}" for name, value in typical["warmup"].items()]
    return ", ".join([typical["type"], *given, *warmup])


def catalogue_table() -> str:
    rows = ["| name | parameters | what it does | 中文 |", "|---|---|---|---|"]
    for entry in CATALOGUE.values():
        first, signature = "A combination of the above, with typical values.", ""
        if not entry.class_name:
            signature = combination(entry.fragment)
        else:
            model = schedule_class(entry.name)
            first = (model.__doc__ or "").splitlines()[0].replace("``", "`")
            typical = entry.typical if isinstance(entry.typical, Mapping) else {}
            signature = ", ".join(parameter(name, info, typical) for name, info in parameters(model).items())
        rows.append(f"| `{entry.name}` | {signature} | {first} | {entry.chinese[0]} |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    before, rest = PAGE.read_text(encoding="utf-8").split(START)
    text = before + START + catalogue_table() + END + rest.split(END)[1]
    PAGE.write_text(text, encoding="utf-8")
