"""Splice information of SCTE 35: what a provider says of breaks, programmes and rights inside the stream."""
