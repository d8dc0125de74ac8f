"""Random steps on the books by several processes at once, and what must hold all the while."""
