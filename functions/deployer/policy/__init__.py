"""What a template of a stranger may not hold, judged as CloudFormation would read it: one rule in each module."""
