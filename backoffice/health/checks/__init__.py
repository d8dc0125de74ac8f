"""One file, one question about one part of the house."""
