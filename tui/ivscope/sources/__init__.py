"""Where pages come from: AWS, with what boto3 raises as failures in words, and recordings."""
