"""The page of the integrations."""
