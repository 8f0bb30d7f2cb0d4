"""Reports in other forms: tables to read, arrays, files, HTML."""
