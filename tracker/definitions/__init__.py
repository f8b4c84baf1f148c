"""Files into domain values: workflow and ladder YAML, and the seed of the working-day calendar."""
