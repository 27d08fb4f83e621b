"""Kinds of rows that are no data, as they are said of one line and of several."""

UNITS, TYPES, WORDS = "contains units", "contains types", "has words above columns of numbers"
HEADER, TOTAL, FOOTER = "repeats the header", "is a total", "is a footer"

PLURAL = {
    UNITS: "contain units",
    TYPES: "contain types",
    WORDS: "have words above columns of numbers",
    HEADER: "repeat the header",
    TOTAL: "are totals",
    FOOTER: "are footers",
}
LIKELY = {HEADER: "looks like a repeated header", TOTAL: "looks like a total", FOOTER: "looks like a footer"}
