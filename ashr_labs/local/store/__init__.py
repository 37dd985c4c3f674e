"""The database of the embedded platform: tables, migrations, connections, queries."""
