"""The ``datasets`` builder of a release folder, for local use; never put it at the root of a Hub repository.

In ``datasets`` before 4, as a script::

    load_dataset("builders/kodcode.py", "leetcode", data_dir="path/to/release", trust_remote_code=True)

Everywhere, as a class::

    from kodcode_hub.packaging.dataset_builder import KodCode
    builder = KodCode(config_name="leetcode", data_dir="path/to/release")
    builder.download_and_prepare()
    rows = builder.as_dataset(split="train")
"""

from kodcode_hub.packaging.dataset_builder import KodCode, KodCodeConfig

__all__ = ["KodCode", "KodCodeConfig"]
