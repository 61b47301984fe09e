"""Model packages by boto3, signed with Martlet's keys.

The environment names keys for signing: ADA_ID and ADA_SECRET (approver), BOB_ID and BOB_SECRET (approver), VERA_ID and
VERA_SECRET (viewer). The workspace asks for four eyes.
"""

import os

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from harness import SERVER, http, main, unique


def client(name="ADA", secret=None, region="eu-west-1"):
    return boto3.client(
        "sagemaker",
        endpoint_url=SERVER,
        region_name=region,
        aws_access_key_id=os.environ[f"{name}_ID"],
        aws_secret_access_key=secret or os.environ[f"{name}_SECRET"],
        config=Config(retries={"max_attempts": 1}),
    )


def fails(action, code, text="", status=400):
    try:
        action()
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error.response
        assert text in error.response["Error"]["Message"], error.response
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] == status, error.response
        return error.response
    raise AssertionError("the server accepted what it must refuse")


def package(sagemaker, group, **others):
    return sagemaker.create_model_package(
        ModelPackageGroupName=group,
        ModelApprovalStatus="PendingManualApproval",
        InferenceSpecification={
            "Containers": [{"Image": "martlet", "ModelDataUrl": "mlflow-artifacts:/0/none/artifacts/model"}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
        **others,
    )["ModelPackageArn"]


def test_groups():
    sagemaker = client()
    name = unique("group")
    arn = sagemaker.create_model_package_group(
        ModelPackageGroupName=name, ModelPackageGroupDescription="prices", Tags=[{"Key": "team", "Value": "a"}]
    )["ModelPackageGroupArn"]
    assert arn == f"arn:aws:sagemaker:eu-west-1:000000000000:model-package-group/{name}", arn
    for named in (name, arn):
        found = sagemaker.describe_model_package_group(ModelPackageGroupName=named)
        assert found["ModelPackageGroupStatus"] == "Completed" and found["CreationTime"].year > 2020, found
        assert found["ModelPackageGroupDescription"] == "prices"
    fails(lambda: sagemaker.create_model_package_group(ModelPackageGroupName=name), "ValidationException")
    fails(
        lambda: sagemaker.describe_model_package_group(ModelPackageGroupName="nothing"),
        "ValidationException",
        "Could not find",
    )
    more = [unique("page") for _ in range(3)]
    for each in more:
        sagemaker.create_model_package_group(ModelPackageGroupName=each)
    pages = list(
        sagemaker.get_paginator("list_model_package_groups").paginate(
            NameContains="page-", SortBy="Name", PaginationConfig={"PageSize": 2}
        )
    )
    listed = [item["ModelPackageGroupName"] for page in pages for item in page["ModelPackageGroupSummaryList"]]
    assert listed == sorted(listed) and set(more) <= set(listed) and len(pages) == (len(listed) + 1) // 2, pages


def test_packages_and_four_eyes():
    ada, bob = client("ADA"), client("BOB")
    group = unique("price")
    ada.create_model_package_group(ModelPackageGroupName=group)
    token = unique("token")
    arn = package(ada, group, ClientToken=token, CustomerMetadataProperties={"mae": "1.5"})
    assert arn.endswith(f":model-package/{group}/1"), arn
    assert package(ada, group, ClientToken=token) == arn, "a repeated call makes no second package"
    second = package(ada, group)
    found = ada.describe_model_package(ModelPackageName=arn)
    assert found["ModelApprovalStatus"] == "PendingManualApproval" and found["ModelPackageVersion"] == 1, found
    assert found["InferenceSpecification"]["Containers"][0]["Image"] == "martlet", found
    assert found["CustomerMetadataProperties"] == {"mae": "1.5"} and found["ModelPackageStatus"] == "Completed"
    fails(
        lambda: ada.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved"),
        "AccessDeniedException",
        "four eyes",
    )
    bob.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved", ApprovalDescription="checked")
    found = ada.describe_model_package(ModelPackageName=arn)
    assert (found["ModelApprovalStatus"], found["ApprovalDescription"]) == ("Approved", "checked"), found
    bob.update_model_package(ModelPackageArn=second, ModelApprovalStatus="Rejected")
    newest = ada.list_model_packages(
        ModelPackageGroupName=group, ModelApprovalStatus="Approved", SortBy="CreationTime", SortOrder="Descending"
    )["ModelPackageSummaryList"]
    assert [item["ModelPackageArn"] for item in newest] == [arn], newest
    everything = ada.list_model_packages(ModelPackageGroupName=group, MaxResults=1)
    assert len(everything["ModelPackageSummaryList"]) == 1 and everything["NextToken"], everything
    fails(lambda: ada.describe_model_package(ModelPackageName=arn + "9"), "ValidationException", "Could not find")
    fails(
        lambda: ada.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Perhaps"),
        "ValidationException",
        "must be one of",
    )


def test_roles():
    vera = client("VERA")
    group = unique("group")
    client("ADA").create_model_package_group(ModelPackageGroupName=group)
    assert vera.describe_model_package_group(ModelPackageGroupName=group)["ModelPackageGroupName"] == group
    fails(lambda: package(vera, group), "AccessDeniedException", "needs the role contributor")
    fails(
        lambda: client("ADA").delete_model_package_group(ModelPackageGroupName=group),
        "AccessDeniedException",
        "needs the role admin",
    )


def test_deletion():
    root = client("ROOT")
    group = unique("group")
    root.create_model_package_group(ModelPackageGroupName=group)
    arn = package(root, group)
    fails(lambda: root.delete_model_package_group(ModelPackageGroupName=group), "ConflictException", "delete them first")
    root.delete_model_package(ModelPackageName=arn)
    root.delete_model_package_group(ModelPackageGroupName=group)
    fails(lambda: root.describe_model_package_group(ModelPackageGroupName=group), "ValidationException")


def test_signatures():
    fails(
        lambda: client("ADA", secret="x" * 40).list_model_package_groups(), "InvalidSignatureException", status=403
    )
    os.environ["PLAIN_SECRET"] = os.environ["ADA_SECRET"]
    fails(
        lambda: client("PLAIN").list_model_package_groups(),
        "MissingAuthenticationTokenException",
        "not made for signing",
        status=403,
    )
    target = {"X-Amz-Target": "SageMaker.ListModelPackageGroups", "Content-Type": "application/x-amz-json-1.1"}
    status, _, body = http("POST", "/", {}, target)
    assert status == 403 and body["__type"] == "MissingAuthenticationTokenException", (status, body)
    fails(lambda: client().list_trials(), "UnknownOperationException")


if __name__ == "__main__":
    main(dict(globals()))
