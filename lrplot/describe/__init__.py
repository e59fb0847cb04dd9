"""What the classes, the notation tables and the documents know of a schedule, in words for people."""
