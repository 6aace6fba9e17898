"""MPEG transport streams as bytes: packets, tables, descriptors, picture headers. No input or output here."""
