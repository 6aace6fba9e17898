"""Rightcast: television over IP for people who hold the rights."""

__version__ = "0.1.0"
