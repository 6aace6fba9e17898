"""Pages on which a channel's features are set, one form for each."""
