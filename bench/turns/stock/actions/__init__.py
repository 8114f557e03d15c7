"""The action server beside the stock Rasa: saving, and nothing else."""
