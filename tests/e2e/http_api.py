"""Requests as a client of the API makes them, the odd ones included, and what the OpenAPI document says of
the answers."""
import http.client
import json
import socket

import jsonschema


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:300]!r}"


class Client:
    def __init__(self, port, host="127.0.0.1", authorization=None):
        self.host, self.port, self.authorization = host, port, authorization

    def request(self, method, path, body=None, headers=None):
        """`body`: an object becomes JSON, a string stays."""
        fields = dict(headers or {})
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            fields.setdefault("Content-Type", "application/json")
        if self.authorization:
            fields.setdefault("Authorization", self.authorization)
        connection = http.client.HTTPConnection(self.host, self.port, timeout=90)
        try:
            connection.request(method, path, body, fields)
            reply = connection.getresponse()
            return Answer(reply.status, reply.headers, reply.read().decode())
        finally:
            connection.close()

    def raw(self, text):
        """The status of the answer to exactly these bytes."""
        with socket.create_connection((self.host, self.port), timeout=30) as connection:
            connection.sendall(text)
            line = connection.makefile("rb").readline()
        return int(line.split()[1])


class Document:
    """The OpenAPI document, and how much of it has been seen in real answers."""

    def __init__(self, text):
        self.root = json.loads(text)
        self.seen_statuses = {}     # (method, path) -> statuses
        self.seen_properties = set()  # (schema, property)

    def operations(self):
        """(method, path) -> operation."""
        return {(method.upper(), path): operation for path, methods in self.root["paths"].items()
                for method, operation in methods.items()}

    def resolve(self, node):
        while "$ref" in node:
            found = self.root
            for step in node["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            node = found
        return node

    def check(self, method, path, answer):
        """Complains unless the document has this answer of this operation, its type, fields and all."""
        operation = self.operations()[method, path]
        where = f"{method} {path} {answer!r}"
        response = operation["responses"].get(str(answer.status))
        assert response is not None, f"not in the document: {where}"
        self.seen_statuses.setdefault((method, path), set()).add(answer.status)
        self.check_response(response, answer, where)

    def check_default(self, answer):
        self.check_response({"$ref": "#/components/responses/NotTaken"}, answer, repr(answer))

    def check_response(self, response, answer, where):
        response = self.resolve(response)
        for name in response.get("headers", {}):
            assert answer.headers.get(name), f"no {name}: {where}"
        kind = answer.headers["Content-Type"].split(";")[0]
        assert kind in response["content"], f"{kind} is not in the document: {where}"
        schema = response["content"][kind]["schema"]
        if kind != "application/json":
            assert isinstance(answer.body, str) and answer.body, f"no text: {where}"
            return
        instance = answer.json()
        jsonschema.validate(instance, {**schema, "components": self.root["components"]},
                            cls=jsonschema.Draft4Validator)
        self.walk(schema, instance, "an answer", where)

    def walk(self, schema, instance, name, where):
        """Marks the properties that are there; complains of those that the document lacks, since the schemas
        themselves allow more."""
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
        schema = self.resolve(schema)
        if isinstance(instance, list):
            for element in instance:
                self.walk(schema["items"], element, name, where)
        if not isinstance(instance, dict) or "properties" not in schema:
            return
        for key, value in instance.items():
            assert key in schema["properties"], f"{name} has no {key} in the document: {where}"
            self.seen_properties.add((name, key))
            self.walk(schema["properties"][key], value, f"{name}.{key}", where)

    def unseen_statuses(self):
        missing = []
        for (method, path), operation in self.operations().items():
            wanted = {int(status) for status in operation["responses"] if status != "default"}
            for status in sorted(wanted - self.seen_statuses.get((method, path), set())):
                missing.append(f"{method} {path} {status}")
        return missing

    def unseen_properties(self):
        """Of what is answered, not of what is asked."""
        missing = set()
        for name, schema in self.root["components"]["schemas"].items():
            if name.endswith("Request"):
                continue
            missing.update({(name, key) for key in schema.get("properties", {})} - self.seen_properties)
        return missing
