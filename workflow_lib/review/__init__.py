"""What there is of a film, to be looked at: a page with every clip, and a sheet with a frame of each."""
