"""bracketd: dropped shoot folders of bracketed photos become finished HDR pictures."""

__version__ = "0.1.0"
