"""Units and people as the office of an administration keeps them."""
