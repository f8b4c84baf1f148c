"""Errors that speak to the operator: the command prints them as a sentence and leaves with status 1."""


class SaidPlainly(RuntimeError):
    """The text says what happened, why, and what the operator can do; a traceback would only hide it."""
