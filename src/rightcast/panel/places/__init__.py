"""Where viewers are, as operators record it: networks they know, and customers whose residence was verified."""
