"""From a difference to an entry of the registry, or to an issue."""
