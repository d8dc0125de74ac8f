"""HTML made in Python where templates are too slow: table cells, form fields."""
