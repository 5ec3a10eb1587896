"""The wire: frames of MLLP, its listener and its connections, TLS, and the answers that go over it both ways."""
