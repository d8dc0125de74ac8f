"""What a client reads about their own money: no staff's word, nobody else's record."""
