"""The edge: where requests come from."""
