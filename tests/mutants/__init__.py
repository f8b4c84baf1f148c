"""Each invariant of the design, broken on purpose: the tests named must then fail."""
