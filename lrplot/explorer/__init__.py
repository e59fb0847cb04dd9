"""The interactive explorer: its state, and the Textual screens that show it."""
