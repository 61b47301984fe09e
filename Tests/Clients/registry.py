"""Registered models and versions by the real MLflow client."""

from mlflow import MlflowClient

from harness import http, main, refused, unique


def registered(name=None, versions=1):
    client = MlflowClient()
    name = name or unique("model")
    client.create_registered_model(name)
    run = client.create_run("0")
    for _ in range(versions):
        client.create_model_version(name, f"{run.info.artifact_uri}/model", run.info.run_id)
    return client, name, run.info.run_id


def test_models():
    client = MlflowClient()
    name = unique("가격")
    made = client.create_registered_model(name, tags={"team": "a"}, description="first")
    assert made.name == name and made.tags == {"team": "a"} and made.description == "first"
    refused(
        lambda: client.create_registered_model(name),
        "RESOURCE_ALREADY_EXISTS",
        f"Registered Model (name={name}) already exists",
    )
    client.update_registered_model(name, "second")
    client.set_registered_model_tag(name, "more", "1")
    client.delete_registered_model_tag(name, "team")
    found = client.get_registered_model(name)
    assert found.description == "second" and found.tags == {"more": "1"}
    renamed = unique("renamed")
    client.rename_registered_model(name, renamed)
    assert client.get_registered_model(renamed).description == "second"
    refused(lambda: client.get_registered_model(name), "RESOURCE_DOES_NOT_EXIST", f"Registered Model with name={name} not found")
    client.delete_registered_model(renamed)
    refused(lambda: client.get_registered_model(renamed), "RESOURCE_DOES_NOT_EXIST")
    for wrong in ("", "a/b", "a:b"):
        refused(lambda: client.create_registered_model(wrong), "INVALID_PARAMETER_VALUE")


def test_versions_and_stages():
    client, name, run = registered(versions=3)
    version = client.get_model_version(name, 2)
    assert (version.version, version.run_id, version.current_stage, version.status) == (2, run, "None", "READY") or (
        str(version.version), version.run_id, version.current_stage, version.status) == ("2", run, "None", "READY")
    client.update_model_version(name, 2, "described")
    assert client.get_model_version(name, 2).description == "described"
    client.set_model_version_tag(name, 2, "a", "1")
    assert client.get_model_version(name, 2).tags["a"] == "1"
    client.delete_model_version_tag(name, 2, "a")
    assert "a" not in client.get_model_version(name, 2).tags
    client.transition_model_version_stage(name, 1, "Production")
    client.transition_model_version_stage(name, 2, "PRODUCTION", archive_existing_versions=True)
    assert client.get_model_version(name, 1).current_stage == "Archived"
    assert client.get_model_version(name, 2).current_stage == "Production"
    newest = {item.current_stage: str(item.version) for item in client.get_latest_versions(name)}
    assert newest == {"Archived": "1", "Production": "2", "None": "3"}
    assert [str(item.version) for item in client.get_latest_versions(name, ["production"])] == ["2"]
    refused(lambda: client.transition_model_version_stage(name, 1, "nowhere"), "INVALID_PARAMETER_VALUE")
    client.delete_model_version(name, 3)
    refused(lambda: client.get_model_version(name, 3), "RESOURCE_DOES_NOT_EXIST")
    again = client.create_model_version(name, "mlflow-artifacts:/0/x", None)
    assert str(again.version) == "4"


def test_aliases():
    client, name, _ = registered(versions=2)
    client.set_registered_model_alias(name, "champion", "1")
    assert str(client.get_model_version_by_alias(name, "champion").version) == "1"
    client.set_registered_model_alias(name, "champion", "2")
    assert client.get_model_version(name, 2).aliases == ["champion"] and client.get_model_version(name, 1).aliases == []
    assert client.get_registered_model(name).aliases == {"champion": "2"}
    client.delete_registered_model_alias(name, "champion")
    refused(
        lambda: client.get_model_version_by_alias(name, "champion"),
        "INVALID_PARAMETER_VALUE",
        "Registered model alias champion not found.",
    )
    for wrong in ("v1", "V22", "latest", "LATEST"):
        refused(lambda: client.set_registered_model_alias(name, wrong, "1"), "INVALID_PARAMETER_VALUE")
    refused(lambda: client.set_registered_model_alias(name, "x", "9"), "RESOURCE_DOES_NOT_EXIST")


def test_search_of_models():
    client = MlflowClient()
    mark = unique("find")
    for index in range(5):
        client.create_registered_model(f"{mark}-{index}", tags={"mark": mark, "n": str(index)})

    def found(text, **options):
        return [item.name[-1] for item in client.search_registered_models(text, **options)]

    assert found(f"name LIKE '{mark}%'") == ["0", "1", "2", "3", "4"]
    assert found(f"name = '{mark}-2'") == ["2"] and found(f"tags.mark = '{mark}' AND tags.n != '1'") == ["0", "2", "3", "4"]
    assert found(f"tag.mark = '{mark}'", order_by=["name DESC"]) == ["4", "3", "2", "1", "0"]
    assert found(f"tag.mark = '{mark}'", order_by=["creation_timestamp DESC", "name"], max_results=2) in (["4", "3"],)
    page = client.search_registered_models(f"name ILIKE '{mark.upper()}%'", max_results=3)
    rest = client.search_registered_models(f"name ILIKE '{mark.upper()}%'", max_results=3, page_token=page.token)
    assert len(page) == 3 and len(rest) == 2 and not rest.token
    refused(lambda: client.search_registered_models("run_id = 'x'"), "INVALID_PARAMETER_VALUE")
    refused(lambda: client.search_registered_models("", max_results=1001), "INVALID_PARAMETER_VALUE")


def test_search_of_versions():
    client, name, run = registered(versions=3)
    client.set_model_version_tag(name, 2, "good", "yes")

    def found(text, **options):
        return [int(item.version) for item in client.search_model_versions(text, **options)]

    assert sorted(found(f"name = '{name}'")) == [1, 2, 3]
    assert found(f"name = '{name}'") == [3, 2, 1]
    assert sorted(found(f"run_id = '{run}'")) == [1, 2, 3] and sorted(found(f"run_id IN ('{run}')")) == [1, 2, 3]
    assert found(f"name = '{name}' AND version_number > 2") == [3]
    assert found(f"name = '{name}' AND tags.good = 'yes'") == [2]
    assert found(f"name = '{name}'", order_by=["version_number ASC"]) == [1, 2, 3]
    assert found(f"name = '{name}' AND source_path LIKE '%/model'", order_by=["version_number"], max_results=1) == [1]


def test_sources():
    client = MlflowClient()
    name = unique("source")
    client.create_registered_model(name)
    for wrong in ("/etc/passwd", "file:///etc/passwd", "relative/path", "mlflow-artifacts:/0/../../etc", "C:\\model"):
        refused(lambda: client.create_model_version(name, wrong), "INVALID_PARAMETER_VALUE")
    refused(lambda: client.create_model_version(name, "runs:/" + "0" * 32 + "/model"), "RESOURCE_DOES_NOT_EXIST")
    refused(lambda: client.create_model_version(name, "models:/m-" + "0" * 32), "RESOURCE_DOES_NOT_EXIST")
    first, second = client.create_run("0").info, client.create_run("0").info
    refused(lambda: client.create_model_version(name, f"{first.artifact_uri}/m", second.run_id), "INVALID_PARAMETER_VALUE")
    logged = client.create_logged_model("0", name="m", source_run_id=first.run_id).artifact_location
    refused(lambda: client.create_model_version(name, logged, second.run_id), "INVALID_PARAMETER_VALUE", "another run")
    assert client.create_model_version(name, logged, first.run_id).run_id == first.run_id
    assert client.create_model_version(name, "s3://bucket/model").source == "s3://bucket/model"


def test_the_approval_is_shown_as_tags():
    client, name, _ = registered()
    tags = client.get_model_version(name, 1).tags
    assert tags["martlet.approval_status"] == "PendingManualApproval"
    refused(
        lambda: client.set_model_version_tag(name, 1, "martlet.approval_status", "Approved"), "INVALID_PARAMETER_VALUE"
    )


def test_old_and_new_ways_to_ask_for_the_latest_versions():
    _, name, _ = registered(versions=2)
    for method, path, body in (
        ("POST", "/api/2.0/mlflow/registered-models/get-latest-versions", {"name": name}),
        ("GET", f"/api/2.0/mlflow/registered-models/get-latest-versions?name={name}", None),
        ("GET", f"/ajax-api/2.0/mlflow/registered-models/get-latest-versions?name={name}&stages=None", None),
    ):
        status, _, answer = http(method, path, body)
        assert status == 200 and [item["version"] for item in answer["model_versions"]] == ["2"], answer


main(globals())
