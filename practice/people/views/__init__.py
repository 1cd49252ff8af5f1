"""Pages about people: doorway, form, action, redirect."""
