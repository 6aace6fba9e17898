"""Blackouts, typed by hand or read from a provider's schedule."""
