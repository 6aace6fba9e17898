"""Teletext as subtitles: out of a stream's packets (EN 300 472), to pages (EN 300 706), to text with colours."""
