"""What waits for the supervisors, the office and the leaders."""
