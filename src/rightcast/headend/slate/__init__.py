"""What a channel shows when none of its sources has a picture: made once, then played by our own hand."""
