#!/usr/bin/env python3
"""Reads AWS's endpoints out of botocore's endpoint rules and service models, which AWS publishes.

    botocore-endpoints.py DIRECTORY

writes `names.rs` and `partitions.tsv`, which are kept in the repository, and `hosts.tsv`, every host
that botocore makes with its signing name and region. A signing name is `-` where nothing on the host
takes Signature Version 4; a region is `*` where nothing but SigV4A is taken.

`scripts/endpoints.sh` installs the version that counts, runs this and compares.
"""

import itertools
import re
import sys
import textwrap
from pathlib import Path
from urllib.parse import urlsplit

import botocore
import botocore.session
from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import BotoCoreError

SESSION = botocore.session.get_session()
LOADER = SESSION.get_component("data_loader")
PARTITIONS = LOADER.load_data("partitions")["partitions"]

# Hosts that two services share, and the one that is detected.
SHARED = {"maps.geo": "geo-maps", "places.geo": "geo-places", "routes.geo": "geo-routes"}

# Resources of the caller's, and what a host with one of them has.
ACCOUNT = "111122223333"
ARN = "arn:{partition}:%s:{region}:111122223333:%s"
RESOURCE = re.compile(r"g-?123|111122223333|op-123|s3express-use1")

# Values for the parameters of rules that a request or the settings of a client decide.
VALUES = {
    "AccountId": [ACCOUNT],
    "AccountIdEndpointMode": ["preferred"],
    "Accelerate": [True],
    "AccessPointName": ["g-123"],
    "Bucket": [
        "g-123",
        "g.123",
        "g-123--use1-az4--x-s3",
        "g-123--use1-az4--xa-s3",
        ARN % ("s3", "accesspoint:g-123"),
        "arn:{partition}:s3::111122223333:accesspoint:g-123.mrap",
        ARN % ("s3-object-lambda", "accesspoint/g-123"),
        ARN % ("s3-outposts", "outpost/op-123/accesspoint/g-123"),
        ARN % ("s3-outposts", "outpost/op-123/bucket/g-123"),
    ],
    "ChannelARN": [ARN % ("kinesis", "channel/g-123")],
    "ConsumerARN": [ARN % ("kinesis", "stream/g-123/consumer/c:1")],
    "EndpointId": ["g-123.456def"],
    "EventBusArn": [ARN % ("events", "event-bus/g-123")],
    "ForcePathStyle": [True],
    "KvsARN": ["arn:{partition}:cloudfront::111122223333:key-value-store/g-123"],
    "OutpostId": ["op-123"],
    "QueueARN": [ARN % ("kinesis", "queue/g-123")],
    "ResourceARN": [ARN % ("kinesis", "stream/g-123")],
    "ResourceArn": [ARN % ("dynamodb", "table/g-123")],
    "SpaceId": ["g-123"],
    "StreamARN": [ARN % ("kinesis", "stream/g-123")],
    "StreamArn": [ARN % ("dynamodb", "table/g-123/stream/1")],
    "StreamId": ["g-123-5678901234567.xyz"],
    "UseArnRegion": [True],
    "UseGlobalEndpoint": [True],
}


class Service:
    def __init__(self, name):
        self.model = SESSION.get_service_model(name)
        self.rules = LOADER.load_service_model(name, "endpoint-rule-set-1")
        self.provider = EndpointProvider(self.rules, LOADER.load_data("partitions"))
        self.prefix = self.model.metadata["endpointPrefix"]
        self.signing_name = self.model.metadata.get("signingName") or self.prefix
        self.is_signed = self.takes_signature()

    def takes_signature(self, operation=None):
        """Whether an operation, or else the service, takes Signature Version 4."""
        schemes = (operation and operation.auth) or self.model.metadata.get("auth")
        if schemes:
            return any(scheme.startswith("aws.auth#sigv4") for scheme in schemes)
        version = (operation and operation.auth_type) or self.model.metadata["signatureVersion"]
        # `s3` and `s3v4` are Signature Version 4 by the rules of S3.
        return version in ("v4", "v4-unsigned-body", "s3", "s3v4")

    def hosts(self):
        for operation in self.operations():
            for partition, region, given in self.parameters(*operation[:2]):
                try:
                    endpoint = self.provider.resolve_endpoint(**given)
                except BotoCoreError:
                    continue
                prefix, is_signed = operation[2:]
                host = prefix + urlsplit(endpoint.url).hostname
                row = host, *(self.scope(endpoint, partition, region) if is_signed else "--")
                # Rules that know nothing of a partition's global region take it for a region.
                if not (region.endswith("-global") and any(region in cell for cell in row)):
                    yield row

    def operations(self):
        """What matters of the operations, each once: the rules' parameters that an operation sets
        and those that its input sets, its host prefix, and whether it takes a signature."""
        of_client = {name for name, value in self.rules["parameters"].items() if "builtIn" in value}
        kinds = {((), frozenset(of_client), "", self.is_signed)}
        for name in self.model.operation_names:
            operation = self.model.operation_model(name)
            fixed = tuple((p.name, p.value) for p in operation.static_context_parameters)
            of_input = {p.name for p in operation.context_parameters}
            # botocore drops this prefix, since the rules write it as well.
            prefix = (operation.endpoint or {}).get("hostPrefix", "").removeprefix("{AccountId}.")
            prefix = re.sub(r"\{\w+\}", "g-123", prefix)
            varied = frozenset((of_client | of_input) - dict(fixed).keys())
            kinds.add((fixed, varied, prefix, self.takes_signature(operation)))
        return kinds

    def parameters(self, fixed, varied):
        varied = sorted(varied & VALUES.keys())
        for partition in PARTITIONS:
            regions = sorted(partition["regions"])
            # More regions would only repeat what these say.
            few = sorted({*regions[:2], regions[-1], partition["outputs"]["implicitGlobalRegion"]})
            for values in itertools.product(*([None, *VALUES[name]] for name in varied)):
                for region, fips, dualstack in itertools.product(
                    few if any(values) else regions, (False, True), (False, True)
                ):
                    given = {"Region": region, "UseFIPS": fips, "UseDualStack": dualstack}
                    for name, value in [*fixed, *zip(varied, values)]:
                        if isinstance(value, str):
                            value = value.format(partition=partition["id"], region=region)
                        given[name] = value
                    yield partition, region, {
                        name: value
                        for name, value in given.items()
                        if name in self.rules["parameters"] and value is not None
                    }

    def scope(self, endpoint, partition, region):
        schemes = endpoint.properties.get("authSchemes", [{}])
        scheme = next((s for s in schemes if s.get("name") != "sigv4a"), None)
        if scheme is None:
            return schemes[0].get("signingName", self.signing_name), "*"
        if region.endswith("-global"):
            region = partition["outputs"]["implicitGlobalRegion"]
        name = scheme.get("signingName", self.signing_name)
        return name, scheme.get("signingRegion", region)


SERVICES = [Service(name) for name in SESSION.get_available_services()]


def listed_hosts():
    """The hosts that endpoints.json lists, which is older than the rules."""
    known = {service.model.service_name: service for service in SERVICES}
    known |= {service.prefix: service for service in SERVICES}
    for partition in LOADER.load_data("endpoints")["partitions"]:
        for key, listed in partition["services"].items():
            service = known.get(key)
            for region, endpoint in listed["endpoints"].items():
                # The partition's variants say how hosts are named, not which there are.
                hostname = partition["defaults"]["hostname"]
                endpoint = {"hostname": hostname, **listed.get("defaults", {}), **endpoint}
                scope = endpoint.get("credentialScope", {})
                name = scope.get("service") or (service and service.signing_name)
                region = scope.get("region", region)
                # What is no region is the key of a host without one, or of one that is deprecated.
                if endpoint.get("deprecated") or region not in partition["regions"] or not name:
                    continue
                if service and not service.is_signed:
                    name = region = "-"
                for variant in [endpoint, *endpoint.get("variants", [])]:
                    suffix = variant.get("dnsSuffix", partition["dnsSuffix"])
                    host = variant.get("hostname", endpoint["hostname"])
                    host = host.format(service=key, region=region, dnsSuffix=suffix)
                    # Not the database on this machine.
                    if not host.startswith("localhost"):
                        yield host, name, region


def all_hosts():
    hosts = set(listed_hosts())
    for service in SERVICES:
        hosts.update(service.hosts())
    signed = {host for host, name, _ in hosts if name != "-"}
    # What one operation of a host takes counts, though others take none.
    return sorted(row for row in hosts if row[1] != "-" or row[0] not in signed)


def name_before_region(host):
    """The labels before the region, without what says FIPS or dual-stack, and the region."""
    for partition in PARTITIONS:
        for suffix in ("dnsSuffix", "dualStackDnsSuffix"):
            labels = host.removesuffix("." + partition["outputs"][suffix])
            *labels, region = labels.split(".")
            if labels and labels[0] and re.match(partition["regionRegex"], region):
                labels = [x.removesuffix("-fips") for x in labels if x != "dualstack"]
                return ".".join(labels), region
    return None, None


def names(hosts):
    """Names before a region, with their signing name, and the region if it is always the same."""
    services, regions = {}, {}
    for host, service, region in hosts:
        name, named = name_before_region(host)
        if name and service != "-" and region != "*" and not RESOURCE.search(name):
            services.setdefault(name, set()).add(service)
            regions.setdefault(name, set()).add((named, region))
    for service in SERVICES:
        if service.is_signed:
            services.setdefault(service.prefix, set()).add(service.signing_name)
    for name, of_name in sorted(services.items()):
        service = of_name.pop() if len(of_name) == 1 else SHARED[name]
        # The region that is signed for, where it is another than the one that is named.
        others = {region for named, region in regions.get(name, ()) if region != named}
        if len(others) > 1:
            sys.exit(f"{name} is signed for {others}, whatever region it names")
        yield name, service, *others


def names_rs(hosts):
    table = list(names(hosts))
    own = ", ".join(f'"{name}"' for name, service, *_ in table if name == service)
    own = textwrap.fill(
        own, 99, initial_indent=" " * 4, subsequent_indent=" " * 4, break_on_hyphens=False
    )
    yield f"""\
//! Names that stand before a region, from the endpoint rules and the service models of
//! botocore {botocore.__version__}.
//!
//! Written by `scripts/endpoints.sh --update`, so not to be edited. What no model has stands in
//! [`table`](super::table).

/// Names that are signing names.
#[rustfmt::skip]
pub(super) const OWN: &[&str] = &[
{own},
];

/// Names whose signing name is another.
#[rustfmt::skip]
pub(super) const OTHERS: &[(&str, &str)] = &["""
    yield from (f'    ("{name}", "{service}"),' for name, service, *_ in table if name != service)
    yield """\
];

/// Names that are signed for one region, whichever they stand before.
#[rustfmt::skip]
pub(super) const OF_ONE_REGION: &[(&str, &str)] = &["""
    yield from (f'    ("{name}", "{region[0]}"),' for name, _, *region in table if region)
    yield "];"


def partitions_tsv():
    yield "\t".join(["partition", "suffix", "dual_stack_suffix", "global_region", "regions"])
    for partition in PARTITIONS:
        outputs = partition["outputs"]
        regions = sorted(region for region in partition["regions"] if "global" not in region)
        suffixes = outputs["dnsSuffix"], outputs["dualStackDnsSuffix"]
        yield "\t".join([partition["id"], *suffixes, outputs["implicitGlobalRegion"], *regions])


def main(directory):
    hosts = all_hosts()
    for name, lines in [
        ("hosts.tsv", map("\t".join, hosts)),
        ("names.rs", names_rs(hosts)),
        ("partitions.tsv", partitions_tsv()),
    ]:
        directory.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text("".join(line + "\n" for line in lines))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
