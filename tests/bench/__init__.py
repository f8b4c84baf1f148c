"""`python -m tests.bench`: what the engine does in a second, each figure beside its floor in the same run."""
