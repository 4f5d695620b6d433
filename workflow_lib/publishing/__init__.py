"""Putting a finished film where others can see it: each file once, by the hash of its content."""
