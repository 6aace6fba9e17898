"""Pages of the console that show the station as it runs."""
