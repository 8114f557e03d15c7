"""What a scrapbook is taken along as, and what comes from elsewhere."""
