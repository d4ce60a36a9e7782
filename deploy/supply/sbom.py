"""Writes build/sbom.json: every part of the product and of the servers beside it, in CycloneDX."""

import uuid
from collections.abc import Iterable

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, Property, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

from deploy.supply.licences import licence
from deploy.supply.locks import ROOT, RUN, SERVERS, TOOLS, Package, go_modules, npm_packages, python_packages

FILE = ROOT / "build" / "sbom.json"
VERSION = SchemaVersion.V1_6
ALGORITHMS = {64: HashAlgorithm.SHA_256, 128: HashAlgorithm.SHA_512}  # by the length of a digest


def bill() -> str:
    """Return the bill of materials as JSON; the same locks make the same text."""
    product = Component(type=ComponentType.APPLICATION, name="shixian", bom_ref="shixian")
    bom = Bom()
    bom.metadata.timestamp = None  # type: ignore[assignment]  # the same locks make the same text
    bom.metadata.component = product
    run = [_component(one, licensed=True) for one in python_packages(RUN)]
    tools = [_component(one, scope=ComponentScope.EXCLUDED) for lock in TOOLS for one in python_packages(lock)]
    tools += [_component(one, scope=ComponentScope.EXCLUDED) for one in npm_packages()]
    servers = {name: Component(type=ComponentType.APPLICATION, name=name, bom_ref=name) for name in SERVERS}
    _add(bom, product, [*run, *servers.values()])
    for one in tools:
        bom.components.add(one)
    for name, server in servers.items():
        _add(bom, server, [_component(one) for one in go_modules(name)])
    refs = sorted(str(one.bom_ref.value) for one in bom.components)
    bom.serial_number = uuid.uuid5(uuid.NAMESPACE_OID, "\n".join(refs))
    return make_outputter(bom, OutputFormat.JSON, VERSION).output_as_string(indent=2) + "\n"


def _add(bom: Bom, whole: Component, parts: Iterable[Component]) -> None:
    bom.components.update(parts)
    bom.register_dependency(whole, parts)


def _component(package: Package, *, scope: ComponentScope | None = None, licensed: bool = False) -> Component:
    space, _, name = package.name.rpartition("/")
    address = PackageURL(package.kind, space or None, name, package.version)
    hashes = [HashType(alg=ALGORITHMS[len(one)], content=one) for one in package.digests]
    # the files of one package are several: their digests belong to a distribution, not to the component
    files = ExternalReference(type=ExternalReferenceType.DISTRIBUTION, url=XsUri(str(address)), hashes=hashes)
    said = {"go:sum": package.go_sum, "python:marker": package.marker}
    return Component(
        type=ComponentType.LIBRARY,
        name=package.name,
        version=package.version,
        purl=address,
        bom_ref=str(address),
        scope=scope,
        licenses=[LicenseFactory().make_from_string(licence(package.name))] if licensed else [],
        external_references=[files] if hashes else [],
        properties=[Property(name=key, value=value) for key, value in said.items() if value],
    )


def main() -> None:
    """Write build/sbom.json."""
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(bill(), encoding="utf-8")
    print(f"{FILE.relative_to(ROOT)} is written.")  # noqa: T201  # the command's answer


if __name__ == "__main__":
    main()
