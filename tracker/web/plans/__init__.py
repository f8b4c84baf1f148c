"""Plan documents: hand one in, look at what was read beside its words, make a campaign of it."""
