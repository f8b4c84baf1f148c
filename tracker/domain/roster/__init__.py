"""Units and people as a file gives them, held against those that the database has. Pure."""
