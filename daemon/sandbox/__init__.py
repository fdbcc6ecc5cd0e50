"""A stand-in for the Autoenhance service on loopback, for the demo, the tests and any client of that API.

Three listeners in one process: the API, the storage that takes brackets and gives pictures, and the asset host
between the two. It knows both flows, is strict about what the vendor documents, really merges, keeps a ledger with
the violations of the rules, fails on demand (``kinds``), and describes itself as OpenAPI (``openapi``). Its source of
facts is the vendor's guide, the models of the vendor's SDKs, and what public integrations observed; it was never
compared with the live service. What is not known about the service is a switch (``settings.Switches``).
"""
