"""CloudFormation's stacks and change sets: what their statuses and events mean."""
