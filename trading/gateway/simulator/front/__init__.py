"""Where the server is spoken to: direct and pumping connections, and the stage door."""
