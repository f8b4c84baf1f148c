"""The only floor that speaks SQL. Repositories load, add and claim; they never commit."""
