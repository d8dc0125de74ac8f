"""What `make bench` measures: times, each beside the bare limit measured in the same run."""
