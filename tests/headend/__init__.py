"""The headend, tested."""
