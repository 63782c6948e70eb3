"""What every process of the proxy stands on: event loop, listening, channels, bounds."""
