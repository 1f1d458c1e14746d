"""Which files a new dataset repository keeps as large files."""

from __future__ import annotations

from pathlib import PurePosixPath

LARGEST_REGULAR_FILE = 10 * 1000 * 1000
"""Bytes; the Hub refuses more in a file that is not a large file."""

LARGE_SUFFIXES = (
    *(".7z", ".arrow", ".avro", ".bin", ".bz2", ".ckpt", ".ftz", ".gz", ".h5", ".joblib", ".lz4", ".mds", ".mlmodel"),
    *(".model", ".msgpack", ".npy", ".npz", ".onnx", ".ot", ".parquet", ".pb", ".pickle", ".pkl", ".pt", ".pth"),
    *(".rar", ".safetensors", ".tar", ".tflite", ".tgz", ".wasm", ".xz", ".zip", ".zst", ".pcm", ".sam", ".raw"),
    *(".aac", ".flac", ".mp3", ".ogg", ".wav", ".bmp", ".gif", ".png", ".tiff", ".jpg", ".jpeg", ".webp", ".mp4"),
    *(".webm",),
)
GITATTRIBUTES = "".join(f"*{suffix} filter=lfs diff=lfs merge=lfs -text\n" for suffix in LARGE_SUFFIXES).encode()


def belongs_to_lfs(path: str, size: int) -> bool:
    """Whether the Hub wants a file of ``size`` bytes as a large file; an empty one never is."""
    return size > 0 and (PurePosixPath(path).suffix.lower() in LARGE_SUFFIXES or size > LARGEST_REGULAR_FILE)
