"""Rules for what is probably a mistake in a run, and the reports of what they find."""
