"""An ivs-realtime service on this machine that speaks the real wire protocol."""
