"""Runs Microsoft's own client of Dataverse as it comes from PyPI, and prints what it was answered as JSON.

Whoever starts it gives it the way in the environment: HTTPS_PROXY, REQUESTS_CA_BUNDLE, DATAVERSE_URL, AZURE_*.
"""

import json
import os
import sys
import time

from azure.identity import ClientSecretCredential
from PowerPlatform.Dataverse.client import DataverseClient
from PowerPlatform.Dataverse.core.errors import HttpError, MetadataError

env = os.environ
credential = ClientSecretCredential(env["AZURE_TENANT_ID"], env["AZURE_CLIENT_ID"], env["AZURE_CLIENT_SECRET"])
client = DataverseClient(env["DATAVERSE_URL"], credential)


def attempt(call):
    """What a call came to, or how it was refused."""
    try:
        return {"value": call()}
    except HttpError as error:
        return {"status": error.status_code, "code": error.details.get("service_error_code"), "message": error.message}
    except MetadataError as error:
        return {"message": error.message}


def definition(title):
    get = {"operationId": "GetSecret", "responses": {"200": {"description": "OK"}}}
    return json.dumps(
        {
            "swagger": "2.0",
            "info": {"title": title, "description": "Reads secrets; more than thirty characters.", "version": "1.0"},
            "host": "contoso.vault.azure.net",
            "basePath": "/",
            "schemes": ["https"],
            "paths": {"/secrets/one": {"get": get}},
        }
    )


def row(name, **more):
    # The client turns the label of a choice into its number, by the metadata.
    return {"name": name, "displayname": name, "connectortype": "CustomConnector", "openapidefinition": definition(name), **more}


def plain(record):
    return dict(record.data if hasattr(record, "data") else record)


said = {}
one = client.records.create("connector", row("new_one"))
many = client.records.create("connector", [row("new_two"), row("new_three")])
client.records.update("connector", one, {"description": "changed"})
client.records.update("connector", many, {"description": "changed together"})
said["many"] = len(many)
said["one"] = plain(client.records.retrieve("connector", one, select=["name", "description", "connectortype"]))
said["pages"] = [
    [plain(record)["name"] for record in page]
    for page in client.records.list_pages(
        "connector", select=["name"], filter="startswith(name,'new_')", orderby=["name"], page_size=2
    )
]
said["variable"] = client.records.create(
    "environmentvariabledefinition", {"schemaname": "new_key", "displayname": "Key", "type": 100000000, "defaultvalue": "a"}
)
client.records.upsert(
    "environmentvariabledefinition", [{"alternate_key": {"schemaname": "new_key"}, "record": {"defaultvalue": "b"}}]
)
said["upserted"] = plain(
    client.records.retrieve("environmentvariabledefinition", said["variable"], select=["schemaname", "defaultvalue"])
)
said["table"] = client.tables.get("connector")
said["tables"] = sorted(table["LogicalName"] for table in client.tables.list())
said["columns"] = len(client.tables.list_columns("connector", select=["LogicalName"]))
batch = client.batch.new()
batch.records.update("connector", one, {"description": "in a batch"})
batch.records.retrieve("connector", one, select=["description"])
said["batch"] = [response.status_code for response in batch.execute().responses]
said["refused"] = {
    "missing": attempt(lambda: client.records.delete("connector", "10ca1c10-1111-4111-8111-222222222222")),
    "property": attempt(lambda: list(client.records.list_pages("connector", select=["nonsense"]))),
    "table": attempt(lambda: client.records.create("nonsense", {"name": "x"})),
    "definition": attempt(lambda: client.records.create("connector", row("new_bad", openapidefinition="{}"))),
}
time.sleep(float(env["SYNC_MILLISECONDS"]) / 1000)
said["late"] = plain(client.records.retrieve("connector", one, select=["connectorinternalid"]))["connectorinternalid"]
for identifier in [one, *many]:
    client.records.delete("connector", identifier)
said["left"] = [plain(record) for page in client.records.list_pages("connector", select=["name"]) for record in page]
json.dump(said, sys.stdout, default=str)
