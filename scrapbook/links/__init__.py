"""Link previews: fetch a page, decode it, read its metadata."""
