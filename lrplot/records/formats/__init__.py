"""Formats of logs: what each program calls its columns, and which update a row belongs to."""
