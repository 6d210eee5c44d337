"""Keeping copies in step: what is carried, who carries it, and what came of it."""
