"""Faults: processes killed inside their transactions, servers that go away."""
