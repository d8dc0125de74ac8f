"""What others changed on the servers, the alerts, the manager accounts: for pages."""
