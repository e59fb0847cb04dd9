"""Schedules to the code of a framework."""
