"""The archivist: a process that reads rings like every viewer and keeps on disk what may be watched later."""
