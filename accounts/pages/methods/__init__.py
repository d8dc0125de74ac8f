"""Payment methods: what they allow, cost and promise, and the next version proposed."""
