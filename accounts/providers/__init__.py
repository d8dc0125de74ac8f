"""Payment providers: the port, its adapters, and a simulated provider. Knows no Django."""
