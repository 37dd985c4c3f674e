"""Reports of runs: text, HTML, Markdown, JUnit."""
