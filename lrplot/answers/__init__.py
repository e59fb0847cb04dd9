"""The answers of the commands ``at``, ``compare``, ``lint`` and ``explain``, as plain values.

All take what :func:`lrplot.figure` takes: a REF, a schedule, a run, a curve, a list of these, or a dict of
them by their labels.
"""
