"""Ledgers: generated, printable lists."""
