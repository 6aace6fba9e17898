"""The delivery plane: admission, playlists, segments and endless streams for viewers."""
