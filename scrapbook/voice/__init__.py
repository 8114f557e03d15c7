"""Speech recognition: decoding, voice activity detection, transcription, and the process that does them."""
