"""Values of IVS Real-Time and what follows from them alone: no I/O, no clock."""
