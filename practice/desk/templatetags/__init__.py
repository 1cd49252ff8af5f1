"""Template tags that need more than one part of the product."""
