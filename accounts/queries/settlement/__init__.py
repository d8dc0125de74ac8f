"""Questions about settlements of providers, and about what stands on their clearing accounts."""
