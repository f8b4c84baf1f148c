"""Files that come in: what they are, and whether they may stay."""
