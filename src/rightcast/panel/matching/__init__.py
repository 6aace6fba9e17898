"""Which channel of ours is which of a guide: found, proposed, decided by operators, and undone."""
