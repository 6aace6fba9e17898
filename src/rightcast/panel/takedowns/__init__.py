"""Takedowns: one action that makes something dark, what every edge says of it, and its undoing; legal holds."""
