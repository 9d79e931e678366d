"""Read data sets as people have them: files, folders and archives of many forms."""
