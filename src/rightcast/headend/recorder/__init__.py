"""The recorder: keeps takes, the bytes behind recordings, in the archivist's process."""
