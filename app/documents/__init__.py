"""Printed paper: forms, letters and receipts in every language of the work."""
