"""All that the classes, the frameworks' records and the texts know of a schedule, in words for people."""
