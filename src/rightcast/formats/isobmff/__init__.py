"""Files of the ISO base media format as bytes: boxes, init segments, fragments. No input or output here."""
