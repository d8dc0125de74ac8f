"""How a process of ours runs: its page times, its cache, its surroundings, its database's roles."""
