"""Records that a training leaves behind: metrics and gradients, read from files."""
