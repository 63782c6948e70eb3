"""Where routes stand, whether they are ready for more, and who moves them."""
