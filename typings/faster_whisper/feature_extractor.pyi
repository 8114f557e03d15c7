import numpy as np
from numpy.typing import NDArray

class FeatureExtractor:
    chunk_length: int
    nb_max_frames: int
    def __call__(self, waveform: NDArray[np.float32]) -> NDArray[np.float32]: ...
