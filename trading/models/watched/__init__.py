"""What others change on a server, and the alerts that follow."""
