"""What PHP makes of requests, texts, numbers and URLs: one place for both servers and the comparison."""
