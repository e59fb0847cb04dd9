"""What is held against a run: rules for what is probably a mistake, and the reports of what they find."""
