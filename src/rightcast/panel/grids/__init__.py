"""Weeks of stations typed in by hand, and their calendars: guide sources of one channel each, planned days ahead."""
