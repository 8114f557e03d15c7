"""Spoken memos written down: decoding, speech detection, recognition, and the process that does them."""
