from lrplot.cli.groups import FileOptions

EXAMPLES = "\b\nExample:\n  lrplot schema > lrplot.schema.json"


def schema(file: FileOptions) -> None:
    """Print the JSON Schema of a spec, for editors."""
    from pkgutil import get_data

    from lrplot.cli.results import file_named, put

    # Making every class of a schedule and asking it takes longer than all else that a command does.
    put([get_data("lrplot.document", "schema.json") or b""], file_named(file.output))
