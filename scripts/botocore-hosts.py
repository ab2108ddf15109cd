#!/usr/bin/env python3
"""Prints every host that botocore's endpoint rules make: host, signing name, region, by tabs.

    python3 -m venv target/botocore && target/botocore/bin/pip install botocore
    target/botocore/bin/python scripts/botocore-hosts.py >target/botocore-hosts.tsv
    BOTOCORE_HOSTS=$PWD/target/botocore-hosts.tsv \\
        cargo test -p http-sigv4 --test endpoint -- --ignored --nocapture
"""

import itertools
import re
from urllib.parse import urlsplit

import botocore.session
from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import BotoCoreError


def main():
    session = botocore.session.get_session()
    loader = session.get_component("data_loader")
    partitions = loader.load_data("partitions")
    hosts = set()
    for service in session.get_available_services():
        rules = loader.load_service_model(service, "endpoint-rule-set-1")
        model = session.get_service_model(service)
        name = model.metadata.get("signingName") or model.metadata["endpointPrefix"]
        operations = map(model.operation_model, model.operation_names)
        prefixes = {(operation.endpoint or {}).get("hostPrefix", "") for operation in operations}
        provider = EndpointProvider(rules, partitions)
        for partition, fips, dualstack in itertools.product(
            partitions["partitions"], (False, True), (False, True)
        ):
            for region in partition["regions"]:
                given = {"Region": region, "UseFIPS": fips, "UseDualStack": dualstack}
                given = {key: value for key, value in given.items() if key in rules["parameters"]}
                try:
                    endpoint = provider.resolve_endpoint(**given)
                except BotoCoreError:
                    continue
                host = urlsplit(endpoint.url).hostname
                # Rules that know nothing of a partition's global region take it for a region.
                if region.endswith("-global") and region in host:
                    continue
                schemes = endpoint.properties.get("authSchemes", [{}])
                scheme = next((s for s in schemes if s.get("name") != "sigv4a"), {})
                signed = scheme.get("signingName", name)
                if region.endswith("-global"):
                    region = partition["outputs"]["implicitGlobalRegion"]
                region = scheme.get("signingRegion", region)
                for prefix in prefixes:
                    prefix = re.sub(r"\{\w+\}", "g-123", prefix)
                    hosts.add((prefix + host, signed, region))
    for row in sorted(hosts):
        print(*row, sep="\t")


if __name__ == "__main__":
    main()
