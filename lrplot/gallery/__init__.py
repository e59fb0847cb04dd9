"""A folder of specs and the pictures made from them: what is missing, stale or nobody's.

What a picture shows is kept as sampled numbers and settings in ``gallery.lock`` beside the pictures, so
that another processor or another FreeType, which move pixels, make nothing stale.
"""
