"""The same commands over TLS, with the certificate headquarters makes for itself."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.processes import Computer


def test_headquarters_own_certificate_is_named_in_its_codes(tmp_path: Path) -> None:
    server, laptop = Computer(tmp_path / "server"), Computer(tmp_path / "laptop")
    with server.headquarters("--training", "--tls") as url:
        assert url.startswith("https://")
        shown = server.sanad("hq", "certificate").json
        code = server.sanad("hq", "invite", "--office", "RAB").json["code"]
        assert code.endswith(shown["code"])
        laptop.sanad("store", "create", "--training", "--office", "RAB", "--user", "amina")
        laptop.sanad("enrol", "--hq", url, "--code", code)
        laptop.sanad("enrol", "--renew-certificate", "any", fails=3)
        assert laptop.sanad("sync").json["verified"] is True
