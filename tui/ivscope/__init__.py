"""ivscope: terminal explorer for Amazon IVS Real-Time stage sessions."""

__version__ = "0.2.0"
