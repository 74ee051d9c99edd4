"""Who may do what, worked out by a policy simulator over the roles of template.yaml: `make iam`."""
