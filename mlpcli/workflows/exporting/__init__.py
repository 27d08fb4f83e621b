"""An exported model: its description in no language, and what is written of it in one."""
