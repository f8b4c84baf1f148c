"""Making messages and handing them to providers."""
