"""Evidence of a case: what it is about, and the pack that a stranger can check."""
