"""The process supervisor and composition root of a station."""
