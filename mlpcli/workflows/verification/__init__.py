"""Parts of `verify`: the same training again, and how it differs from the first."""
