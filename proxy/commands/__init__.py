"""The commands of ``parity`` beside those of proxy/cli.py, a module per group."""
