"""Papers: from the engine's draft to the unit's reply and its judgement."""
