"""Slips of paper: made by the office, used by whoever holds the paper."""
