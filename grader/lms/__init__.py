"""Take submissions as learning management systems give them: folders or archives, with names."""
