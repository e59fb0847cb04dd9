"""Frameworks' own words: calls, snippets and scripts to schedules, and schedules to code."""
