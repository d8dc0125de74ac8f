"""Commands that the identity room offers on the command line."""
