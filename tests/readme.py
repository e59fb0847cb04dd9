"""The part of the README that the classes write; run this file to write it anew."""

from pathlib import Path

from pydantic.fields import FieldInfo

from lrplot.schedules import CATALOGUE, schedule_class
from lrplot.schedules.fields import parameters

README = Path(__file__).parents[1] / "README.md"
START, END = "<!-- catalogue -->\n", "<!-- /catalogue -->"


def parameter(name: str, info: FieldInfo) -> str:
    """A parameter with its default, none for what is inherited or left out."""
    if info.is_required() or info.default in (None, ()):
        return name
    default = str(info.default).lower() if isinstance(info.default, bool) else info.default
    return f"{name}={default}" if isinstance(default, str) else f"{name}={default:g}"


def catalogue_table() -> str:
    rows = ["| name | parameters | what it does | 中文 |", "|---|---|---|---|"]
    for entry in CATALOGUE.values():
        first, signature = "A combination of the above, with typical values.", ""
        if entry.class_name:
            model = schedule_class(entry.name)
            first = (model.__doc__ or "").splitlines()[0].replace("``", "`")
            signature = ", ".join(parameter(name, info) for name, info in parameters(model).items())
        rows.append(f"| `{entry.name}` | {signature} | {first} | {entry.chinese[0]} |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    before, rest = README.read_text(encoding="utf-8").split(START)
    text = before + START + catalogue_table() + END + rest.split(END)[1]
    README.write_text(text, encoding="utf-8")
