"""What this assistant adds to Rasa: command recognition, the judge, the forgetful tracker store, the speed-up."""
