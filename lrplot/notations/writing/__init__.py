"""Schedules to a framework's own words: the call people would write, and code that gives the same curve."""
