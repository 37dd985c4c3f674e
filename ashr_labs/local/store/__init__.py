"""What the embedded platform keeps, and how: tables, migrations, connections."""
