"""The pages on which units contest papers."""
