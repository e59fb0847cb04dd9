"""From what a person writes (a name, a file, a call, a script) to the runs it means."""
