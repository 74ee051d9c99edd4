"""Every local path that the AWS CLI and the SAM CLI package is packaged here, or left out for a reason."""

from __future__ import annotations

from typing import Final

from deployer.packaging.template_paths import PROPERTIES

# aws-sam-cli 1.170.0, samcli/lib/utils/resources.py: METADATA_WITH_LOCAL_PATHS, RESOURCES_WITH_LOCAL_PATHS and
# RESOURCES_WITH_IMAGE_COMPONENT.
SAM_CLI: Final = {
    "AWS::ServerlessRepo::Application": ["LicenseUrl", "ReadmeUrl"],
    "AWS::Serverless::GraphQLApi": ["SchemaUri", "CodeUri"],
    "AWS::Serverless::Function": ["CodeUri", "ImageUri"],
    "AWS::Serverless::WebFunction": ["CodeUri"],
    "AWS::Serverless::Api": ["DefinitionUri"],
    "AWS::Serverless::HttpApi": ["DefinitionUri"],
    "AWS::Serverless::StateMachine": ["DefinitionUri"],
    "AWS::AppSync::GraphQLSchema": ["DefinitionS3Location"],
    "AWS::AppSync::Resolver": [
        "RequestMappingTemplateS3Location",
        "ResponseMappingTemplateS3Location",
        "CodeS3Location",
    ],
    "AWS::AppSync::FunctionConfiguration": [
        "RequestMappingTemplateS3Location",
        "ResponseMappingTemplateS3Location",
        "CodeS3Location",
    ],
    "AWS::Lambda::Function": ["Code", "Code.ImageUri"],
    "AWS::ApiGateway::RestApi": ["BodyS3Location"],
    "AWS::ApiGatewayV2::Api": ["BodyS3Location"],
    "AWS::ElasticBeanstalk::ApplicationVersion": ["SourceBundle"],
    "AWS::CloudFormation::ModuleVersion": ["ModulePackage"],
    "AWS::CloudFormation::ResourceVersion": ["SchemaHandlerPackage"],
    "AWS::CloudFormation::Stack": ["TemplateURL"],
    "AWS::CloudFormation::StackSet": ["TemplateURL"],
    "AWS::Serverless::Application": ["Location"],
    "AWS::Lambda::LayerVersion": ["Content"],
    "AWS::Serverless::LayerVersion": ["ContentUri"],
    "AWS::Glue::Job": ["Command.ScriptLocation"],
    "AWS::StepFunctions::StateMachine": ["DefinitionS3Location"],
    "AWS::ECR::Repository": ["RepositoryName"],
}
# AWS CLI Command Reference, "cloudformation package": beyond those of the SAM CLI. (`Location` of AWS::Include,
# which is no resource, has its own tests.)
AWS_CLI: Final = {"AWS::CodeCommit::Repository": ["Code.S3"]}
LEFT_OUT: Final = {
    ("AWS::ServerlessRepo::Application", "LicenseUrl"): "metadata of `sam publish`: no stack has it",
    ("AWS::ServerlessRepo::Application", "ReadmeUrl"): "metadata of `sam publish`: no stack has it",
    ("AWS::Serverless::Function", "ImageUri"): "images are not built: refused unless in a registry",
    ("AWS::Lambda::Function", "Code.ImageUri"): "images are not built: refused unless in a registry",
    ("AWS::ECR::Repository", "RepositoryName"): "where the SAM CLI pushes images that it built: no path",
}


def published() -> set[tuple[str, str]]:
    return {(kind, path) for each in (SAM_CLI, AWS_CLI) for kind, paths in each.items() for path in paths}


def packaged() -> set[tuple[str, str]]:
    """Resource type and property; those of GraphQLApi, which are found at any depth, by their own name."""
    return {
        (kind, rule.path.rpartition("*.")[2] if kind == "AWS::Serverless::GraphQLApi" else rule.path)
        for kind, rules in PROPERTIES.items()
        for rule in rules
    }


def test_published_list() -> None:
    """The table is what both tools package, without what is left out."""
    assert packaged() == published() - LEFT_OUT.keys()


def test_what_is_left_out() -> None:
    """Each is on the list of one of the tools, and has its reason."""
    assert LEFT_OUT.keys() <= published()
    assert all(LEFT_OUT.values())
