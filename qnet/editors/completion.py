"""Completion scripts for shells, from the command line's own parser."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Final

SHELLS: Final = ("bash", "zsh", "fish")
"""Shells that a script can be written for."""


def completion(parser: argparse.ArgumentParser, shell: str) -> str:
    """Script that completes verbs, their options and netlist files.

    Parameters
    ----------
    shell : str
        One of `SHELLS`.
    """
    verbs = verbs_of(parser)
    if shell == "fish":
        return _fish(verbs)
    text = _bash(verbs)
    loader = "autoload -U +X bashcompinit && bashcompinit\n"
    return loader + text if shell == "zsh" else text


def verbs_of(parser: argparse.ArgumentParser) -> dict[str, list[str]]:
    """Options of every verb."""
    found: dict[str, list[str]] = {}
    for action in parser._actions:
        if isinstance(action.choices, Mapping):
            for verb, inner in action.choices.items():
                options = (o for a in inner._actions for o in a.option_strings)
                found[verb] = sorted(options)
    return found


def _bash(verbs: Mapping[str, list[str]]) -> str:
    cases = "".join(
        f'    {verb}) words="{" ".join(options)}" ;;\n'
        for verb, options in verbs.items()
    )
    return f"""\
_qnet() {{
  local word="${{COMP_WORDS[COMP_CWORD]}}" words=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "{" ".join(verbs)} --version --help" -- "$word"))
    return
  fi
  case "${{COMP_WORDS[1]}}" in
{cases}  esac
  COMPREPLY=($(compgen -W "$words" -- "$word") $(compgen -f -X '!*.qnet' -- "$word") $(compgen -d -- "$word"))
}}
complete -o filenames -F _qnet qnet
"""  # noqa: E501  one line of the script


def _fish(verbs: Mapping[str, list[str]]) -> str:
    lines = [
        f"complete -c qnet -n __fish_use_subcommand -f -a '{' '.join(verbs)}'",
    ]
    for verb, options in verbs.items():
        seen = f"-n '__fish_seen_subcommand_from {verb}'"
        for option in options:
            kind = "-l" if option.startswith("--") else "-s"
            lines.append(f"complete -c qnet {seen} {kind} {option.lstrip('-')}")
    return "\n".join(lines) + "\n"
