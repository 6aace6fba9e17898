"""Playlists of HTTP Live Streaming (RFC 8216 and its second edition): media, low latency, master."""
