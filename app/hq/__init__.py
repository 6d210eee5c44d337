"""Headquarters: the service every office's devices keep in step with."""
