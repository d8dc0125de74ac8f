"""The door of the personal area: how clients come in, and what keeps everybody else out."""
