"""SMS: one module a provider, each a Courier; what it can report of a message it says as well."""
