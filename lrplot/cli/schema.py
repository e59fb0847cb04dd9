from lrplot.cli.groups import FileOptions

EXAMPLES = "\b\nExample:\n  lrplot schema > lrplot.schema.json"


def schema(file: FileOptions) -> None:
    """Print the JSON Schema of a spec, for editors."""
    from lrplot.cli.results import as_json, file_named, put
    from lrplot.document.schema import schema as of_spec

    put(as_json(of_spec(), 2), file_named(file.output))
