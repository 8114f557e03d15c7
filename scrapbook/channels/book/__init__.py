"""The book as a channel: what is written on its pages takes the path of a text, and costs no text."""
