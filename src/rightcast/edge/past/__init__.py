"""Playing what is kept: catch-up, start-over and the paused live picture, from reels, in every dialect."""
