"""The forms a log is written in, each read into a table."""
