"""What a repository holds that can be deployed: decided from the clone's manifest alone."""
