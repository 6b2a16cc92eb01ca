import factory

from app.accounts.models import Person
from app.accounts.secrets import hash_password
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
