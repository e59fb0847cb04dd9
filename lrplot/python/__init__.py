"""Python text to schedules: functions, objects and the training loop, parsed and never executed."""
