"""Pages about people: doorway, form, action, redirect."""

from .sign_in import invitation_accept, invitation_open

__all__ = ["invitation_accept", "invitation_open"]
