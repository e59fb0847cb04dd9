"""Trainers: the configuration of a trainer, read as the curve that it trains with.

A *form* is how the keys were written (a file, a command line); a *trainer* is the program that they are for;
the *facts* are what no file holds; a *training* is what follows: updates, rate, schedule, and its derivation.
Nothing that is read is executed.
"""
