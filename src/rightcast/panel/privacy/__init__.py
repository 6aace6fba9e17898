"""How long what is known of persons is kept, what is told to them, and how it is erased."""
