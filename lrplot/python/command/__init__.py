"""A script's own command line: the options that it declares, and what the words behind its name say."""
