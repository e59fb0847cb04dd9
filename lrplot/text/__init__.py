"""Texts for people: meant names, numbers as they are written, places pointed at, plain characters."""
