"""What one person was told, by which ways, and what became of it."""
