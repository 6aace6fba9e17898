"""The archive in the panel: what was deleted enters the trail, and what is kept is shown."""
