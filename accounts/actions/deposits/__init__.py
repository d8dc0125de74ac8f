"""A deposit's acts: begun, charged, told of, credited, decided, sent back."""
