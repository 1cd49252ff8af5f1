"""What the product costs, each measured against a named baseline in the same run. `make bench` runs it."""
