"""A stand-in for the Autoenhance service on loopback, for the demo, the tests and any client of that API.

Three listeners in one process: the API, the storage host that receives brackets and serves pictures, and the asset
host, which redirects downloads to storage. It implements both flows, enforces what the vendor documents, really merges,
keeps a ledger of the client's violations, fails on demand (``kinds``), and describes itself as OpenAPI (``openapi``).
Sources: the vendor's guide, the models of the vendor's SDKs, and reports of public integrations. It was never compared
with the live service. Undocumented behaviour is selected with switches (``settings.Switches``).
"""
