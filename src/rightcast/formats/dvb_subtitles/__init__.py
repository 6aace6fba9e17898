"""DVB bitmap subtitles (ETSI EN 300 743): read, drawn, and given as images of IMSC1."""
