"""Live prices: from the server's stream to the screens, never through the database."""
