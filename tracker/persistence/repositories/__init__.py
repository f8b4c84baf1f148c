"""Load, add, claim. Never commit."""
