"""Channels, sources, categories, lineups and packages: what is carried and what is sold."""
