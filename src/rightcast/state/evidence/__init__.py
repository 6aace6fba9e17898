"""The evidence pack: how one is sealed, and the program by which a stranger checks it."""
