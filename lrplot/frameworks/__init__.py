"""The frameworks whose calls are read: a file each, and the registry that says whose a name is."""
