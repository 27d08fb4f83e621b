"""The command line: parse, call one workflow, hand its result to render. The only room that knows click."""
