"""Recordings of lines: what is ordered, by hand or by rule, what has room, how it went, and when it must go."""
