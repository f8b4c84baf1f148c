"""What a leader must know and do, on one page."""
