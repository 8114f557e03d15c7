"""What this assistant adds to Rasa: command recognition, the judge, a forgetful store, speed-ups."""
