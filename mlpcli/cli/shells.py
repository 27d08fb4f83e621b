"""How bash, zsh and fish ask for completions and are answered; click knows what to answer.

Scripts of its own, as click's lose values with commas, blanks or backslashes, and what stands after the
cursor. A value is the whole word as the command would get it; zsh and fish quote it by themselves, bash
does not, and replaces only what stands after a mark as = or an open quote.
"""

import os
import re
from dataclasses import dataclass
from typing import Any

from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
)

from mlpcli.cli.completion import Line

BASH = """\
%(complete_func)s() {
    local line
    COMPREPLY=()
    while IFS= read -r line; do
        case $line in
            file,*) compopt -o default ;;
            *) COMPREPLY+=("${line#plain,}") ;;
        esac
    done < <(COMP_BEFORE="${COMP_LINE:0:COMP_POINT}" COMP_AFTER="${COMP_LINE:COMP_POINT}" \
COMP_WORDBREAKS="$COMP_WORDBREAKS" %(complete_var)s=bash_complete "$1" 2>/dev/null)
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""
ZSH = """\
#compdef %(prog_name)s

%(complete_func)s() {
    local -a plain described response
    local type key help
    (( ! $+commands[%(prog_name)s] )) && return 1
    response=("${(@f)$(env COMP_WORDS="${(F)words}" COMP_CWORD=$((CURRENT-1)) \
%(complete_var)s=zsh_complete %(prog_name)s 2>/dev/null)}")
    for type key help in ${response}; do
        if [[ "$type" == file ]]; then
            _path_files -f
        elif [[ "$help" == _ ]]; then
            plain+=("$key")
        else
            described+=("$key":"$help")
        fi
    done
    [[ -n "$described" ]] && _describe -V unsorted described -U
    [[ -n "$plain" ]] && compadd -U -V unsorted -a plain
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    %(complete_func)s "$@"
else
    compdef %(complete_func)s %(prog_name)s
fi
"""
FISH = """\
function %(complete_func)s
    set -l before (commandline -cp | string collect)
    set -l whole (commandline -p | string collect)
    for line in (env %(complete_var)s=fish_complete COMP_BEFORE="$before" COMP_WHOLE="$whole" \
%(prog_name)s 2>/dev/null)
        set -l parts (string split -m 1 "," -- $line)
        if test "$parts[1]" = file
            __fish_complete_path $parts[2]
        else
            echo $parts[2]
        end
    end
end

complete --no-files --command %(prog_name)s --arguments "(%(complete_func)s)"
"""


@dataclass
class Word:
    """A word of a command line, perhaps unfinished."""

    value: str = ""
    """What the command would get."""
    quote: str = ""
    """The quote that is still open at its end."""
    kept: str = ""
    """The part of the value that bash leaves alone: up to the last unquoted mark, or to the open quote."""


def split_words(line: str, marks: str = "") -> list[Word]:
    """The words of a shell's line; the last is unfinished, and empty after a blank."""
    words, within = [Word()], False
    escaped, before_quote = False, ""
    for character in line:
        word = words[-1]
        if escaped:
            escaped = False
            word.value += character if word.quote != '"' or character in '"\\$`' else "\\" + character
        elif character == "\\" and word.quote != "'":
            escaped = within = True
        elif character == word.quote:
            word.quote, word.kept = "", before_quote
        elif character in "\"'" and not word.quote:
            before_quote = word.kept
            word.quote, word.kept, within = character, word.value, True
        elif character in " \t\n" and not word.quote:
            if within:
                words.append(Word())
            within = False
        else:
            within = True
            word.value += character
            if character in marks and not word.quote:
                word.kept = word.value
    return words


def _words_after(line: str) -> list[str]:
    """Words of the line from the cursor on, without the rest of the word in which the cursor is."""
    return [each.value for each in split_words(f"_{line}")[1:]]


def quoted(text: str, quote: str) -> str:
    """The text as it stands in a bash line, where `quote` is open, or none."""
    if quote == "'":
        return text.replace("'", "'\\''")
    return re.sub(r'(["\\$`])' if quote else r"([^\w@%+=:,./\-])", r"\\\1", text)


class _WholeLine(ShellComplete):
    """Knows the line also after the cursor, and completes whole words."""

    _after: list[str]

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[Any]]:
        """As click; what follows `--option=` comes with it."""
        self.ctx_args["obj"] = Line((*args, incomplete, *self._after))
        items = super().get_completions(args, incomplete)
        if not (incomplete.startswith("--") and "=" in incomplete):
            return items
        option = incomplete.partition("=")[0]
        return [
            CompletionItem(f"{option}={item.value}", item.type, item.help) if item.type == "plain" else item
            for item in items
        ]


class Bash(_WholeLine, BashComplete):
    """bash 4.4 or newer."""

    source_template = BASH

    def get_completion_args(self) -> tuple[list[str], str]:
        """Words before the cursor's, and what stands of that one."""
        marks = re.sub(r"[\s\"']", "", os.environ.get("COMP_WORDBREAKS", "=:"))
        *words, self._last = split_words(os.environ["COMP_BEFORE"], marks)
        self._after = _words_after(os.environ.get("COMP_AFTER", ""))
        return [each.value for each in words[1:]], self._last.value

    def format_completion(self, item: CompletionItem[Any]) -> str:
        """What bash is to put in the place of the unfinished part, quoted."""
        rest = str(item.value)[len(self._last.kept) :]
        return f"{item.type},{quoted(rest, self._last.quote)}"

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[Any]]:
        """Those that go on from what bash leaves alone."""
        kept = self._last.kept
        return [
            item
            for item in super().get_completions(args, incomplete)
            if item.type == "file" or str(item.value).startswith(kept)
        ]


class Zsh(_WholeLine, ZshComplete):
    """zsh."""

    source_template = ZSH

    def get_completion_args(self) -> tuple[list[str], str]:
        """Words before the cursor's, and that one."""
        words = [split_words(each)[0].value for each in os.environ["COMP_WORDS"].split("\n")]
        place = int(os.environ["COMP_CWORD"])
        self._after = words[place + 1 :]
        return words[1:place], words[place] if place < len(words) else ""


class Fish(_WholeLine, FishComplete):
    """fish 3.1 or newer."""

    source_template = FISH

    def get_completion_args(self) -> tuple[list[str], str]:
        """Words before the cursor's, and what stands of that one."""
        before = os.environ["COMP_BEFORE"]
        *words, last = [each.value for each in split_words(before)]
        after = os.environ.get("COMP_WHOLE", before).removeprefix(before)
        self._after = _words_after(after)
        return words[1:], last


def use_own_scripts() -> None:
    """Instead of click's."""
    for shell in (Bash, Zsh, Fish):
        add_completion_class(shell)
