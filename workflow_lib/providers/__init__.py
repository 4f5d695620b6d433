"""Who animates a clip: one module a backend."""
