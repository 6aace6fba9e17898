"""Tracing: sessions and tokens that were revoked, what leaks are traced to, and who seems to share."""
