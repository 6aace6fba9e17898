"""The media plane: sources in, one ring per channel out."""
