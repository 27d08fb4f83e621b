"""All settings of a run, presets, compatible combinations."""
