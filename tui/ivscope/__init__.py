"""ivscope: terminal explorer for Amazon IVS Real-Time stage sessions."""

__version__ = "0.1.0"
