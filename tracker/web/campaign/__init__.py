"""Campaigns: the list, the plan, issuing, the matrix, the tasks."""
