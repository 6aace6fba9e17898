"""Alarms: what wants a person, who has seen it, and who is told by which way."""
