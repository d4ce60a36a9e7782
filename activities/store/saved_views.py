"""Lists of cases that people have given names: what they ask for, never what they hold."""

from sqlalchemy import delete, func, insert, select, update

from activities.store import tables
from activities.store.database import Database
from sla.model import Model

VIEW = tables.saved_view.c


class SavedView(Model):
    """A list with a name; `query` is that of its address."""

    name: str
    query: str


class SavedViews(Database):
    """The named lists of each actor."""

    def saved_views(self, actor: str) -> list[SavedView]:
        """Read an actor's, by name."""
        query = select(VIEW.name, VIEW.query).where(VIEW.actor == actor)
        with self.reading() as connection:
            found = [SavedView(name=name, query=asked) for name, asked in connection.execute(query)]
        return sorted(found, key=lambda view: view.name)

    def save_view(self, actor: str, view: SavedView, most: int) -> bool:
        """Keep a view, in place of one of the same name; False where the actor has as many as may be."""
        own = VIEW.actor == actor
        with self.writing() as connection:
            change = update(tables.saved_view).where(own, VIEW.name == view.name).values(query=view.query)
            if connection.execute(change).rowcount:
                return True
            if (connection.scalar(select(func.count()).select_from(tables.saved_view).where(own)) or 0) >= most:
                return False
            connection.execute(insert(tables.saved_view), {"actor": actor, **view.model_dump()})
        return True

    def drop_view(self, actor: str, name: str) -> None:
        """Forget a view; nothing where there is none."""
        with self.writing() as connection:
            connection.execute(delete(tables.saved_view).where(VIEW.actor == actor, VIEW.name == name))
