"""The contenders, one file each; `ours` is beside."""
