"""What workers and the scheduler run: thin functions that parse ids and call one service."""
