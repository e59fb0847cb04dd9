"""Curves as one HTML file that tells every rate: no network, no other file."""
