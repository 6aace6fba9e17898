"""Visible overlays for single sessions, on request of the rights officer."""
