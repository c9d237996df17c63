"""Real servers of databases for tests: started by an ordinary user in a folder of their own, gone with the tests."""

import glob
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.mirror import loading

# Servers refuse to run as root, and write nothing into folders of root's.
USER = "nobody"

WAIT_SECONDS = 60


class MariaDB:
    """A MariaDB server, as a process."""

    kind = "mysql"

    def __init__(self, folder):
        pytest.importorskip("pymysql")
        self.program = program("mariadbd", "/usr/sbin/mariadbd")
        self.install = program("mariadb-install-db", "/usr/bin/mariadb-install-db")
        self.folder = folder
        self.socket = str(folder / "s")
        self.port = free_port()
        self.log = folder / "general.log"
        options = ["--auth-root-authentication-method=normal", "--skip-test-db"]
        # One that starts deletes what others have in a folder for temporary files: also to install is to start one.
        places = [f"--datadir={folder}/data", f"--tmpdir={folder}"]
        done = as_user([self.install, "--no-defaults", *places, *options])
        assert done.wait(WAIT_SECONDS) == 0
        self.start()
        self.ask("create user reader@'%' identified by 'secret'")

    def start(self, *options):
        """Start it, at the same address as before."""
        places = [f"--datadir={self.folder}/data", f"--socket={self.socket}", f"--pid-file={self.folder}/pid"]
        network = [f"--port={self.port}", "--bind-address=127.0.0.1", f"--log-error={self.folder}/error.log"]
        (self.folder / "error.log").unlink(missing_ok=True)
        # A small server that starts at once; nothing here has to survive a power cut.
        sizes = ["--innodb-buffer-pool-size=256M", "--innodb-flush-log-at-trx-commit=2"]
        network.append(f"--tmpdir={self.folder}")
        self.process = as_user([self.program, "--no-defaults", *places, *network, *sizes, *options])
        wait_for_line(self.folder / "error.log", "ready for connections", self.process)

    def stop(self, kill=False):
        """End it; cleanly, unless it is killed."""
        self.process.kill() if kill else self.process.terminate()
        self.process.wait(WAIT_SECONDS)

    def connect(self, database=None):
        """A connection of the shop's own program."""
        import pymysql

        flags = pymysql.constants.CLIENT.MULTI_STATEMENTS
        options = {"autocommit": True, "client_flag": flags, "charset": "utf8mb4"}
        return pymysql.connect(unix_socket=self.socket, user="root", database=database, **options)

    def ask(self, sql, database=None):
        """Rows of the last of some statements."""
        with closing(self.connect(database)) as connection, connection.cursor() as cursor:
            cursor.execute(sql)
            rows = cursor.fetchall()
            while cursor.nextset():
                rows = cursor.fetchall()
            return list(rows)

    def make(self, name):
        """An empty database that reader may read."""
        self.ask(f"drop database if exists {name}; create database {name} character set utf8mb4")
        self.ask(f"grant select on {name}.* to reader@'%'")
        return name

    def load(self, name, path, only=None):
        """A database with the tables of a SQLite file."""
        self.make(name)
        with closing(self.connect(name)) as connection, connection.cursor() as cursor:
            cursor.execute("set sql_mode = 'NO_AUTO_VALUE_ON_ZERO'")
            connection.begin()
            loading.load(path, cursor.execute, cursor.executemany, loading.OF_MYSQL, only)
            connection.commit()
        return name

    def address(self, name):
        """The address of a database, by its network."""
        return f"mysql://reader@127.0.0.1:{self.port}/{name}"

    def cpu(self):
        """The seconds of processor that the server has used."""
        return cpu_of([self.process.pid])


class PostgreSQL:
    """A PostgreSQL server, as a process."""

    kind = "postgresql"

    def __init__(self, folder):
        pytest.importorskip("psycopg")
        self.folder = folder
        self.program = programs("/usr/lib/postgresql/*/bin/postgres")
        self.port = free_port()
        self.log = folder / "log"
        install = self.program.removesuffix("postgres") + "initdb"
        options = ["-A", "trust", "-E", "UTF8", "-N", "-U", "root", "--locale=C.UTF-8"]
        done = as_user([install, "-D", folder / "data", *options])
        assert done.wait(WAIT_SECONDS) == 0
        with open(folder / "data" / "pg_hba.conf", "w") as file:
            file.write("local all root trust\nlocal all reader trust\nhost all reader 127.0.0.1/32 scram-sha-256\n")
        self.start()
        self.ask("create role reader login password 'secret'")

    def start(self, *options):
        """Start it, at the same address as before."""
        self.log.unlink(missing_ok=True)
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": self.folder,
            "fsync": "off",
            "log_statement": "all",
            "log_line_prefix": "%u|",
        }
        named = [f"{name}={value}" for name, value in settings.items()]
        arguments = [argument for each in named for argument in ("-c", each)]
        log = open(self.log, "wb")  # noqa: SIM115  # for the life of the server
        command = [self.program, "-D", self.folder / "data", "-p", str(self.port), *arguments, *options]
        self.process = as_user(command, log)
        log.close()
        wait_for_line(self.log, "ready to accept connections", self.process)

    def stop(self, kill=False):
        """End it; cleanly, unless it is killed."""
        helpers = self.children()
        self.process.kill() if kill else self.process.send_signal(signal.SIGINT)
        self.process.wait(WAIT_SECONDS)
        for helper in helpers if kill else ():
            with suppress(ProcessLookupError):  # it may have seen that it is alone
                os.kill(helper, signal.SIGKILL)

    def children(self):
        """The processes of connections, and others that the server started."""
        pid = self.process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def connect(self, database=None):
        """A connection of the shop's own program."""
        import psycopg

        address = {"host": str(self.folder), "port": self.port, "user": "root", "dbname": database or "postgres"}
        return psycopg.connect(**address, client_encoding="UTF8", autocommit=True)

    def ask(self, sql, database=None):
        """Rows of the last of some statements."""
        with closing(self.connect(database)) as connection:
            cursor = connection.execute(sql)
            while cursor.nextset():
                pass
            return cursor.fetchall() if cursor.description else []

    def make(self, name):
        """An empty database that reader may read."""
        self.ask(f"drop database if exists {name} with (force)")
        self.ask(f"create database {name}")
        self.ask("alter default privileges grant select on tables to reader", name)
        return name

    def load(self, name, path, only=None):
        """A database with the tables of a SQLite file."""
        self.make(name)
        with closing(self.connect(name)) as connection, connection.transaction(), connection.cursor() as cursor:
            loading.load(path, cursor.execute, cursor.executemany, loading.OF_POSTGRESQL, only)
        return name

    def address(self, name):
        """The address of a database, by its network."""
        return f"postgresql://reader@127.0.0.1:{self.port}/{name}"

    def cpu(self):
        """The seconds of processor that the server has used, with those of connections that are over."""
        children = self.children()
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        ended = (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")
        return ended + cpu_of([self.process.pid, *children])


def wait_for_line(path, words, process):
    """Wait until a server's log says that it is ready."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not (path.exists() and words in path.read_text(errors="replace")):
        assert process.poll() is None, "the server ended"
        assert time.monotonic() < deadline, "the server does not answer"
        time.sleep(0.05)


def program(name, *places):
    """The path of a program; the test is skipped where it is missing."""
    for path in (shutil.which(name), *places):
        if path and os.access(path, os.X_OK):
            return path
    pytest.skip(f"{name} is not installed")
    raise AssertionError


def programs(pattern):
    """The path of the newest program that fits a pattern; the test is skipped where there is none."""
    paths = sorted(glob.glob(pattern))
    if not paths:
        pytest.skip(f"{pattern} is not installed")
    return paths[-1]


def folder_for_a_server():
    """An empty folder, short enough for a socket, that belongs to who runs servers."""
    folder = Path(tempfile.mkdtemp(prefix="saasexport-"))
    if os.geteuid() == 0:
        shutil.chown(folder, USER)
    return folder


def as_user(command, log=subprocess.DEVNULL):
    """Start a program as an ordinary user."""
    if os.geteuid() == 0:
        command = [program("setpriv"), f"--reuid={USER}", f"--regid={group_of(USER)}", "--clear-groups", *command]
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/"
    )


def group_of(user):
    """The number of a user's group."""
    import pwd

    return pwd.getpwnam(user).pw_gid


def free_port():
    """A port that nobody listens at."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def cpu_of(processes):
    """The seconds of processor that processes have used."""
    seconds = 0.0
    for process in processes:
        try:
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        seconds += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return seconds
