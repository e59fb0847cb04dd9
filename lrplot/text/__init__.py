"""What messages share: pointing into a text, short names, what a file looks like."""
