"""Values and rules of IVS stage sessions: no I/O, no clock, no toolkit, no AWS client."""
