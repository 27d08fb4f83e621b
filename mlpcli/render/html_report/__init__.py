"""A report as one HTML file: pictures, tables and the page."""
