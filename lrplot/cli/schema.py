EXAMPLES = "\b\nExample:\n  lrplot schema > lrplot.schema.json"


def schema() -> None:
    """Print the JSON Schema of a spec, for editors."""
    import json

    from lrplot.cli.output import write_stdout
    from lrplot.document.schema import schema as of_spec

    write_stdout([json.dumps(of_spec(), indent=2, ensure_ascii=False).encode() + b"\n"])
