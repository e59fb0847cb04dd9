"""Curves to figures, tables and data files."""
