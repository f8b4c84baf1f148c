"""Pages of visits: planned and kept by the office's side, verified or refused by the units."""
