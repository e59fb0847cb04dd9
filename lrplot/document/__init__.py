"""YAML specs to runs, and back."""
