"""The demo: every process of the product on one machine, with nothing installed but Python."""
