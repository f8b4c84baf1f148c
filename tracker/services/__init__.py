"""Use cases: a verb each, one transaction each. Nothing else opens a unit of work."""
