"""The command line: thin shells over the same verbs as the screens."""
