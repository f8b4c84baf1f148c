"""The door at which providers report what became of messages."""
