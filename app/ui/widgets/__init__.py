"""Form controls: one file a kind of answer; they know values, not records."""
