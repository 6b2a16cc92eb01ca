"""Accounts made on the server's command line."""

from tests.client import INSPECTION

PASSWORD, NEW = "correct horse battery", "staple another way"
WANTED = ["person", "add", "bo@example.gov.uk", "--name", "Bo Ash", "--inspection", INSPECTION, "--role", "inspector"]


def test_a_person_added_may_sign_in_and_a_new_password_ends_the_old_one(app, visitor):
    runner = app.test_cli_runner()
    assert "may sign in now" in runner.invoke(args=WANTED, input=f"{PASSWORD}\n{PASSWORD}\n").output
    form = {"email": "Bo@example.gov.uk", "password": PASSWORD}
    assert visitor.post("accounts.sign_in", **form).heading.startswith("An inspection of the prosecution")
    said = runner.invoke(args=["person", "password", "bo@example.gov.uk"], input=f"{NEW}\n{NEW}\n").output
    assert "with the new password" in said
    assert "/sign-in" in (visitor.get("matrix.show_matrix").location or ""), "the new password ended the sign-in"
    assert visitor.post("accounts.sign_in", **form).status == 422
    assert visitor.post("accounts.sign_in", **form | {"password": NEW}).status == 200


def test_what_is_wrong_is_told_in_a_sentence(app):
    runner = app.test_cli_runner()
    elsewhere = ["x" if word == INSPECTION else word for word in WANTED]
    assert "There is no inspection 'x'" in runner.invoke(args=elsewhere).output
    assert "at least 12 characters" in runner.invoke(args=WANTED, input="short\nshort\n").output
    assert "has no account" in runner.invoke(args=["person", "password", "nobody@example.gov.uk"]).output
