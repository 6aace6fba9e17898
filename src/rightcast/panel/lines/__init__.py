"""Lines: customers' access, their secrets and limits, and why one is refused."""
