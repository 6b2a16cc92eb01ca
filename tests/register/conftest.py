from tests.documents.conftest import given

__all__ = ["given"]
