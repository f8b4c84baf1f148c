"""The bell: RQ queues that wake workers. What matters is rows in PostgreSQL, never here."""
