"""Carriage rights: what allows a channel to be carried, where and until when."""
