"""The script that explores a sandbox by hand, tried on the double."""

from saasexport.service.optimizer.application import Client
from saasexport.service.serving import OptimizerService
from tests import optimizer_sandbox
from tests.scripted import answering


def options(double, folder, secret):
    """The command line of somebody with a secret."""
    file = folder / "secret"
    file.write_text(secret)
    file.chmod(0o600)
    given = {"url": double.url, "tenant": "T", "client-id": "me", "client-secret-file": file}
    given["token-url"] = f"{double.url}/ims/token/v3"
    return [part for name, value in given.items() for part in (f"--{name}", str(value))]


def test_it_prints_an_answer_to_each_question_and_leaves_nothing(tmp_path, capsys):
    with OptimizerService("T", Client("me", "a-secret")) as double:
        assert optimizer_sandbox.main(options(double, tmp_path, "a-secret")) == 0
        held = {name: [*items] for name, items in double.application.tenant.items.items() if items}
    assert held == {"price-books": [("main",)]}
    lines = dict(line.split(": ", 1) for line in capsys.readouterr().out.splitlines())
    taken = '200 {"status": "ACCEPTED", "acceptedCount": '
    assert lines["an empty list"] == lines["an empty list, compressed"] == f"{taken}0}}"
    assert lines["deletion of a product that is not there"] == f"{taken}1}}"
    assert lines["101 products"] == lines["501 prices"] == '400 {"status": "FAILED", "message": "items_limit_exceeded"}'
    assert lines["dataType OBJECT"].startswith("400 ")
    assert lines["one product twice"] == f"{taken}2}}"
    assert lines["a product of 201 KB"].startswith("400 ")
    assert lines["a body of 4 MB"] == f"{taken}100}}"
    assert lines["its price at once, regular 100, discount price 30"] == f"{taken}1}}"
    assert lines["what is seen"].endswith("not read back: no --view")
    assert lines["the owner at Cloud Manager"] == "not asked: no --org"
    assert len(lines) == 20


def test_it_asks_for_the_tenants_owner(tmp_path, capsys):
    def answer(request):
        assert request.headers["authorization"].startswith("Bearer ")
        return 200, {}, {"owner": request.path}

    with answering(answer) as manager, OptimizerService("T", Client("me", "a-secret")) as double:
        more = ["--org", "1234@AdobeOrg", "--manager-url", manager.url]
        assert optimizer_sandbox.main([*options(double, tmp_path, "a-secret"), *more]) == 0
    said = 'the owner at Cloud Manager: 200 {"owner": "/api/v1/tenants/T/owner/1234@AdobeOrg"}'
    assert said in capsys.readouterr().out.splitlines()


def test_a_wrong_secret_is_told_in_a_line(tmp_path, capsys):
    with OptimizerService("T", Client("me", "a-secret")) as double:
        assert optimizer_sandbox.main(options(double, tmp_path, "wrong")) == 1
    assert "no token: answered 401: invalid_client" in capsys.readouterr().err
