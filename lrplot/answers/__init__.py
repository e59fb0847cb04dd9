"""The answers of the commands ``at``, ``compare``, ``diff``, ``lint``, ``explain``, ``verify``, ``identify``.

They are plain values. What has a curve is taken as :func:`lrplot.figure` takes it: a REF, a schedule, a run,
a curve, a list of these, or a dict of them by their labels.
"""
