"""What is kept of channels and of recordings: files of segments, and an index beside them."""
