"""What files say in words: contact cards, text files and PDF, read in a process of its own."""
