"""Cloud assemblies: what an AWS CDK app becomes, as a build left it."""
