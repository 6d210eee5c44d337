"""Real processes that work, sync and are killed for as long as one likes."""
