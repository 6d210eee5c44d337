"""Printed paper, printed for real and read back."""
