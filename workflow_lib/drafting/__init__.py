"""From a story to a list of clips: what a model is asked, what its answer must be, and drafts without any model."""
