"""Files that are written in the background."""
