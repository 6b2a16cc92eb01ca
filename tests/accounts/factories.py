import factory

from app.accounts.models import Person, SignIn
from app.accounts.secrets import hash_of_token, hash_password
from app.web import clock
from tests.factories import LONG_AGO, Factory

PASSWORD = "three random words"


class PersonFactory(Factory):
    """Somebody with an account and the password PASSWORD, on no team."""

    class Meta:
        model = Person

    name = factory.Sequence(lambda n: f"Person {n}")
    email = factory.Sequence(lambda n: f"person.{n}@example.gov.uk")
    password_hash = factory.LazyFunction(lambda: hash_password(PASSWORD))
    administrator = False
    disabled_at = None
    created_at = LONG_AGO


class SignInFactory(Factory):
    """A sign-in that is under way, on a device of which nothing is known. Takes `person_id`."""

    class Meta:
        model = SignIn

    token_hash = factory.Sequence(lambda n: hash_of_token(f"token {n}"))
    started_at = factory.LazyFunction(clock.now)
    last_seen_at = factory.LazyFunction(clock.now)
    ended_at = None
