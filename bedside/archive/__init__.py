"""What is kept: every improvisation, encrypted, and the ways in and out of the store."""
