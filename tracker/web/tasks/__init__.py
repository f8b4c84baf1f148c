"""The page of one task, and what people do on it."""
