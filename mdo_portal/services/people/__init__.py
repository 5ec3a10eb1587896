"""People and how they sign in: sessions, second factors, passkeys, the provider of a hospital; and what a viewer may do."""
