def schema() -> None:
    r"""Print the JSON Schema of a spec, for editors.

    \b
    Example:
      lrplot schema > lrplot.schema.json
    """
    import json

    from lrplot.cli.output import write_stdout
    from lrplot.spec.schema import schema as of_spec

    write_stdout([json.dumps(of_spec(), indent=2, ensure_ascii=False).encode() + b"\n"])
