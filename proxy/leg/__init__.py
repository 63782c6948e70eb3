"""What the shadow leg is made of: its queue, its process, its questions, its comparing."""
