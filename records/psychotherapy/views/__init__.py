"""Screens of the sealed notes."""
