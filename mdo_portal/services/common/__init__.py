"""What every service stands on: the session's sealer, what somebody may see, when a role counts, telling that something changed."""
