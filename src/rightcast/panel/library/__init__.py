"""Films and series of the station: their records and files, and what is harvested from the archive."""
