"""What clients send, read to the letter and bounded."""
