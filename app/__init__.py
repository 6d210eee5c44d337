"""Sanad: the counsellor's desktop for assisted voluntary return and reintegration."""
