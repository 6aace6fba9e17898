"""Recordings at the edge: the list of a line, playing them, and ordering new ones."""
