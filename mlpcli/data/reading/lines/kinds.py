"""Kinds of rows that are no data, as they are said of one line and of several."""

UNITS, TYPES, WORDS = "names units", "names types", "has words over columns of numbers"
HEADER, TOTAL, FOOTER = "repeats the header", "is a total", "is a footer"

PLURAL = {
    UNITS: "name units",
    TYPES: "name types",
    WORDS: "have words over columns of numbers",
    HEADER: "repeat the header",
    TOTAL: "are totals",
    FOOTER: "are footers",
}
LIKELY = {HEADER: "looks like the header again", TOTAL: "looks like a total", FOOTER: "looks like a footer"}
