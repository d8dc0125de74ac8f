"""What one may ask about integrations."""
