"""Common Access Tokens (CTA-5007): what one says, how it is written and read, and whether a request is within it."""
