"""Records, the log that remembers every change to them, and the encrypted store they live in."""
