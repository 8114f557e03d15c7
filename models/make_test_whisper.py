"""Makes models/test-whisper/: a speech model of 2.5 MB that knows 150 words, for the tests alone.

    apt-get install libespeak-ng1
    pip install -r models/requirements-make-test-whisper.txt
    python models/make_test_whisper.py train
    python models/make_test_whisper.py measure

Stopped, it goes on where it last saved; the model can be used as soon as it is first saved. The work is done
in the package beside this file.
"""

from make_test_whisper.main import main

if __name__ == "__main__":
    main()
