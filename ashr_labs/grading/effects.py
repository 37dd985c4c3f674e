"""Guess from a tool's name whether it only reads."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

__all__ = ["reads_by_name"]


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_READING_VERBS = _set("""
    analyze assess audit browse calc calculate cat check classify compare compute contains count describe detect
    diff display download echo enumerate estimate evaluate examine exists explain explore extract fetch filter find
    get glob grep has head identify inspect is list load locate look lookup ls match measure monitor observe parse
    peek ping poll predict preview pwd query rank read recall recommend retrieve review scan search select show sort
    stat suggest summarize tail think trace track translate validate verify view watch whoami
    """)
_WRITING_VERBS = _set("""
    abort accept activate add allocate append apply approve archive assign attach authorize ban block book buy call
    cancel charge clear close commit compose confirm convert copy create deactivate debit decline delete deploy
    deposit disable disconnect dispatch do download drop edit email enable enqueue enter exchange execute exec
    expire export file finalize flag forward generate grant handle hide import insert install invite invoke issue
    kill launch lock log make manage mark merge message modify move notify open order overwrite patch pay perform
    place play post print process provision publish purchase purge push put reboot redeem refill refund register
    reject release remove rename replace reply report request reschedule reserve reset resolve restart restore
    resume return revoke rm rollback rotate run save schedule send set share sign start stop store submit subscribe
    suspend swap sync terminate ticket top touch train transfer trigger truncate unblock undo uninstall unlock
    unsubscribe update upgrade upload upsert use void withdraw wipe write
    """)
_READING_NOUNS = _set("""
    availability balance count detail details forecast history info information list lookup metrics overview price
    prices query report search stats statistics status summary time total weather
    """)
_ALSO_NOUNS = _set("charge email file message order process store ticket")
_FREE_QUERIES = _set("athena bigquery cypher database db graphql mysql postgres redshift snowflake sql")
_NAMESPACE = re.compile(r"[./:]|__")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


@lru_cache(maxsize=4096)
def reads_by_name(tool: str) -> bool:
    """Return True if a tool's name says that it only reads, such as `orders.get_status` or `searchFlights`.

    The first word must be a reading verb, and no writing verb may be joined to it by `and` or `or`; a name without any
    verb may end in a noun such as `count` or `status`. Free database queries can write, so they are not reads.
    """
    words = _words(_NAMESPACE.split(tool)[-1])
    if len(words) > 1 and words[0] in _ALSO_NOUNS and words[-1] in _READING_NOUNS:
        words = words[1:]  # as in order_status
    if not words or words[0] in _WRITING_VERBS or ("query" in words and not _FREE_QUERIES.isdisjoint(_words(tool))):
        return False
    if words[0] not in _READING_VERBS:
        return words[-1] in _READING_NOUNS and _WRITING_VERBS.isdisjoint(words[:-1])
    if words[:2] in (["check", "in"], ["check", "out"], ["look", "after"], ["track", "event"]):
        return False
    return not any(joint in ("and", "or") and verb in _WRITING_VERBS for joint, verb in pairwise(words))


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(name[:200])]
