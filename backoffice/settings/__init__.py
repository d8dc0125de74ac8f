"""Settings: `env` reads the surroundings, `base` joins the concerns, the rest are differences."""
