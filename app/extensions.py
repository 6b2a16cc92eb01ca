"""Flask extensions, bound to the application in `create_app`."""

from pathlib import Path
from typing import TYPE_CHECKING

from flask_htmx import HTMX
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect

from app.db.base import Base

db = SQLAlchemy(model_class=Base)
if TYPE_CHECKING:
    Model = Base  # what db.Model is to a type checker, which cannot follow how it is made
else:
    Model = db.Model
csrf = CSRFProtect()
htmx = HTMX()
login_manager = LoginManager()
migrate = Migrate(directory=str(Path(__file__).resolve().parent.parent / "migrations"), render_as_batch=True)
