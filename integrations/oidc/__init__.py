"""OpenID Connect as a relying party: one hospital's provider at a time, everything pinned to what that hospital registered."""
