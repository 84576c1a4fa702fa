"""A loopback ivs-realtime endpoint that speaks the real wire protocol."""
