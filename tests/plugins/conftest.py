"""The folder ``site`` holds plugins to be installed, not tests."""

collect_ignore = ["site"]
