"""`make up`: keeps the embedded platform running until it is interrupted."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from local import laptop, repositories, stack_files
from local.errors import LocalError
from local.lifetime import Lifetime

if TYPE_CHECKING:
    from local.laptop import Laptop

FOLDER: Final = Path(__file__).resolve().parent.parent / ".local"

_SHOWN: Final = 5
"""So many repositories of a mirror are named."""

_READY: Final = """
The application is running.

  API       {url}
  API key   {key}
  AWS       {endpoint}   (any key; AWS_ENDPOINT_URL={endpoint})
  written   {file}

  curl -s -X POST {url}/deploy -H 'x-api-key: {key}' \\
       -H 'Content-Type: application/json' -d '{{"repository": "examples/{example}"}}'

Repositories: {repositories}
Builds and deployed code run as you on this machine, with your files and network in reach:
deploy only repositories that you trust.

Ctrl-C stops it and removes everything.
"""


def main() -> int:
    arguments = _arguments()
    lifetime = Lifetime()
    try:
        with lifetime:
            _run(lifetime, arguments)
    except LocalError as error:
        print(f"make up: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; nothing is left behind")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make up", description="Runs the whole application on this machine.")
    add = parser.add_argument
    add("--mirror", type=_folder, metavar="DIR", help="serve the bare repositories DIR/{owner}/{name}.git as well")
    add("--port", type=_port, default=0, metavar="N", help="the platform's port (default: a free one)")
    add("--host", default="127.0.0.1", metavar="ADDRESS", help="the address it listens at (default: loopback)")
    add("--folder", type=Path, default=FOLDER, metavar="DIR", help="where stack.json and env.json are written")
    return parser.parse_args()


def _folder(text: str) -> Path:
    path = Path(text).expanduser()
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is not a folder: give one that holds {{owner}}/{{name}}.git")
    return path.resolve()


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text} is not a port: give a number from 1 to 65535")
    return int(text)


def _run(lifetime: Lifetime, arguments: argparse.Namespace) -> None:
    print("starting ...", flush=True)
    running = laptop.start(lifetime, mirror=arguments.mirror, host=arguments.host, port=arguments.port)
    print(_ready(running, arguments), flush=True)
    lifetime.enter(stack_files.written(arguments.folder, running))  # last: who waits for it finds everything said
    while True:
        signal.pause()


def _ready(running: Laptop, arguments: argparse.Namespace) -> str:
    names = [folder.name for folder in repositories.examples()]
    mirror = f", and {_mirrored(arguments.mirror)}" if arguments.mirror else ""
    return _READY.format(
        url=running.application.api_url,
        key=running.application.api_key,
        endpoint=running.platform.endpoint_url,
        file=arguments.folder / stack_files.STACK_FILE,
        example=names[-1],
        repositories=", ".join(f"examples/{name}" for name in names) + mirror,
    )


def _mirrored(folder: Path) -> str:
    """Some of its repositories, so that a folder one level too high or too low is noticed at once."""
    names = repositories.names(folder)
    if not names:
        return f"whatever comes to {folder}/{{owner}}/{{name}}.git (there is none yet)"
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{', '.join(names[:_SHOWN])}{more} of {folder}"


if __name__ == "__main__":
    sys.exit(main())
