"""What PHP makes of texts, forms and addresses, where clients can see it."""
