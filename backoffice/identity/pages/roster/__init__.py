"""Who works here: people, roles, desks, and what is done about them."""
