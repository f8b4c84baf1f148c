"""The desk of a unit: what is due, what is late and why, what waits for others."""
