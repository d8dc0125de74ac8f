"""How dates are written where no page says it itself: in the admin site."""
