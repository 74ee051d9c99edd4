"""The adapters to AWS: the only modules that import boto3, one service's use each."""
