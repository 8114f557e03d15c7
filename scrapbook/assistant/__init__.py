"""The client of Rasa, the training of its model, and `scrapbook parse`."""
