"""Rasa components of this assistant: commands, classifier, decision, arguments, speed-ups."""
