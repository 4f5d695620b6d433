"""Pictures of how a film was made: its operations over time, and what it cost."""
