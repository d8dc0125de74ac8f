"""The personal area: a client's own money."""
