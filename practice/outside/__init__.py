"""What somebody without an account reaches: one link, one purpose, a host of its own."""
