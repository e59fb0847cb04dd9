"""Texts for people: names that were meant, numbers as they are written, places pointed at, plain characters."""
