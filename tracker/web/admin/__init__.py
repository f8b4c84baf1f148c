"""Administration: people and accounts, incidents, the record's verification. No business data."""
