"""Realistic values by property name: "ORD-4821" for `order_id`, an address for `email`.

People and addresses are fictional; domains and telephone numbers are the ones reserved for examples.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from random import Random

__all__ = ["formatted_text", "realistic_number", "realistic_text", "split_words"]

_FIRST = ("Dana", "Miguel", "Priya", "Tom", "Aisha", "Lena", "Kenji", "Sofia", "Omar", "Grace")
_LAST = ("Lopez", "Chen", "Okafor", "Novak", "Haddad", "Fischer", "Tanaka", "Rossi", "Patel", "Silva")
_CITIES = ("Lisbon", "Denver", "Osaka", "Leeds", "Nairobi", "Lyon", "Austin", "Gdansk")
_STREETS = ("12 Oak Street", "481 Harbour Road", "7 Mill Lane", "230 Cedar Avenue", "95 Station Street")

_TEMPLATES: Final[dict[str, tuple[str, ...]]] = {
    "address": ("{street}, {city}",),
    "airport": ("LIS", "DEN", "KIX", "LHR", "NBO"),
    "body": (
        "Please call me back this afternoon.",
        "The parcel arrived with a broken seal.",
        "Thank you for your help.",
    ),
    "brand": ("Northwind", "Aster", "Lumen"),
    "carrier": ("DHL", "UPS", "FedEx"),
    "category": ("electronics", "books", "clothing", "groceries"),
    "city": _CITIES,
    "code": ("AB-####", "KX-####"),
    "color": ("blue", "green", "black", "red"),
    "company": ("Northwind Traders", "Aster Logistics", "Lumen Foods"),
    "country": ("Portugal", "Japan", "Kenya", "Canada"),
    "currency": ("EUR", "USD", "GBP"),
    "date": ("2027-{month}-{day}",),
    "datetime": ("2027-{month}-{day}T{hour}:{minute}:00Z",),
    "department": ("billing", "shipping", "technical support"),
    "destination": _CITIES,
    "email": ("{first}.{last}@example.com",),
    "file": ("report_####.pdf", "notes_####.txt"),
    "filename": ("report_####.pdf", "notes_####.txt"),
    "first_name": _FIRST,
    "gender": ("female", "male"),
    "hotel": ("Hotel Miramar", "The Old Mill Inn"),
    "id": ("ID-####",),
    "item": ("desk lamp", "running shoes", "coffee grinder", "rain jacket"),
    "keyword": ("return policy", "warranty", "opening hours"),
    "language": ("en", "pt", "ja"),
    "last_name": _LAST,
    "location": _CITIES,
    "message": ("Please call me back this afternoon.", "The parcel arrived with a broken seal."),
    "method": ("credit card", "bank transfer"),
    "name": ("{first} {last}",),
    "note": ("Ring the bell twice.", "Leave it with the neighbour.", "The customer prefers mornings."),
    "origin": _CITIES,
    "path": ("/documents/report_####.pdf",),
    "percent": ("15%",),
    "phone": ("+1-555-01##",),
    "postcode": ("#####",),
    "priority": ("high", "normal", "low"),
    "product": ("desk lamp", "running shoes", "coffee grinder", "rain jacket"),
    "query": ("return policy", "wireless headphones", "opening hours on Sunday", "invoice for March"),
    "question": ("How long does delivery take?", "Which plans do you offer?"),
    "reason": ("arrived damaged", "ordered by mistake", "no longer needed", "wrong size"),
    "recipient": ("{first} {last}",),
    "region": ("north", "coastal", "central"),
    "room": ("Room ###", "Meeting room B"),
    "size": ("M", "L", "XL"),
    "sku": ("SKU-####",),
    "state": ("Oregon", "Texas", "Ohio"),
    "status": ("open", "pending", "closed"),
    "street": _STREETS,
    "subject": ("Question about my invoice", "Late delivery", "Change of address"),
    "symbol": ("ACME", "NWND", "LUMN"),
    "time": ("{hour}:{minute}",),
    "timezone": ("Europe/Lisbon", "Asia/Tokyo", "America/Denver"),
    "title": ("Quarterly review", "Team lunch", "Dentist appointment"),
    "tracking": ("TRK-########",),
    "type": ("standard", "express"),
    "unit": ("metric", "imperial"),
    "url": ("https://www.example.com/items/####",),
    "username": ("{first}_{last}##",),
    "zip": ("#####",),
}
_ALIASES: Final = {
    "arrival": "city", "at": "datetime", "birthday": "date", "colour": "color", "comment": "note", "comments": "note",
    "content": "body", "customer": "name", "day": "date", "deadline": "date", "departure": "city",
    "description": "body", "dob": "date", "employee": "name", "feedback": "note", "filter": "keyword",
    "firstname": "first_name", "from": "city", "identifier": "id", "instructions": "note", "issue": "subject",
    "keywords": "keyword", "lang": "language", "lastname": "last_name", "link": "url", "mail": "email",
    "mobile": "phone", "notes": "note", "number": "id", "person": "name", "phone_number": "phone", "place": "city",
    "postal_code": "postcode", "q": "query", "recipients": "recipient", "ref": "id", "reference": "id",
    "search": "query", "stock": "symbol", "summary": "title", "surname": "last_name", "telephone": "phone",
    "text": "body", "ticker": "symbol", "timestamp": "datetime", "to": "city", "topic": "subject",
    "tracking_number": "tracking", "uri": "url", "user": "username", "user_name": "username", "website": "url",
    "zip_code": "zip", "zipcode": "zip",
}  # fmt: skip
_FORMATS: Final[dict[str, tuple[str, ...]]] = {
    "date": _TEMPLATES["date"],
    "date-time": _TEMPLATES["datetime"],
    "duration": ("P#DT#H", "PT##M"),
    "email": _TEMPLATES["email"],
    "hostname": ("www.example.com", "mail.example.org"),
    "idn-email": _TEMPLATES["email"],
    "idn-hostname": ("www.example.com", "mail.example.org"),
    "ipv4": ("192.0.2.1#", "198.51.100.#"),
    "ipv6": ("2001:db8::####",),
    "iri": _TEMPLATES["url"],
    "json-pointer": ("/items/#",),
    "regex": ("^[a-z]+$",),
    "time": ("{hour}:{minute}:00Z",),
    "uri": _TEMPLATES["url"],
    "uri-reference": _TEMPLATES["url"],
    "uuid": ("########-####-4###-8###-############",),
}
_NUMBERS: Final[dict[str, tuple[float, float]]] = {
    "adults": (1, 4), "age": (21, 70), "amount": (10, 250), "budget": (200, 2000), "children": (1, 3), "count": (1, 5),
    "day": (1, 28), "days": (1, 14), "discount": (5, 30), "duration": (15, 90), "guests": (1, 6), "height": (150, 195),
    "hour": (8, 18), "hours": (1, 8), "id": (1000, 9999), "latitude": (-60, 60), "length": (10, 120), "limit": (5, 50),
    "longitude": (-120, 120), "minutes": (10, 60), "month": (1, 12), "nights": (1, 7), "number": (1000, 9999),
    "page": (1, 5), "passengers": (1, 4), "percent": (5, 40), "price": (10, 250), "quantity": (1, 6), "rating": (1, 5),
    "salary": (30_000, 90_000), "score": (1, 10), "temperature": (15, 28), "total": (10, 250), "weight": (1, 30),
    "width": (10, 120), "year": (2024, 2027),
}  # fmt: skip
_PREFIXES: Final = {
    "account": "ACC", "appointment": "APT", "booking": "BKG", "case": "CASE", "customer": "CUST", "employee": "EMP",
    "product": "PRD", "ticket": "TCK", "transaction": "TXN", "user": "USR",
}  # fmt: skip


def split_words(name: str) -> list[str]:
    """Split an identifier in any notation into lower-case words.

    >>> words_of("shippingAddress_line2")
    ['shipping', 'address', 'line2']
    """
    return re.findall(r"[^\W_]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).lower())


def realistic_text(name: str, rng: Random) -> str | None:
    """Return a string for a property of this name, or None for an unknown name."""
    words = split_words(name)
    for key in ("_".join(words), *reversed(words)):
        found = _ALIASES.get(key, key)
        if found == "id" and len(words) > 1:
            return _fill(f"{_prefix(words[-2])}-####", rng)
        if found in _TEMPLATES:
            return _fill(rng.choice(_TEMPLATES[found]), rng)
    return None


def formatted_text(name: str, rng: Random) -> str | None:
    """Return a string in a JSON Schema format, or None for an unknown format."""
    return _fill(rng.choice(_FORMATS[name]), rng) if name in _FORMATS else None


def realistic_number(name: str, rng: Random) -> float | None:
    """Return a number with at most two decimals for a property of this name, or None for an unknown name."""
    for word in reversed(split_words(name)):
        if word in _NUMBERS:
            return round(rng.uniform(*_NUMBERS[word]), 2)
    return None


def _prefix(word: str) -> str:
    return _PREFIXES.get(word, word[:3].upper())


def _fill(template: str, rng: Random) -> str:
    first, last = rng.choice(_FIRST), rng.choice(_LAST)
    if "@" in template or "_{" in template:
        first, last = first.lower(), last.lower()
    text = template.format(
        first=first,
        last=last,
        city=rng.choice(_CITIES),
        street=rng.choice(_STREETS),
        month=f"{rng.randint(1, 12):02}",
        day=f"{rng.randint(1, 28):02}",
        hour=f"{rng.randint(8, 18):02}",
        minute=rng.choice(("00", "15", "30", "45")),
    )
    return re.sub("#", lambda _: rng.choice("123456789"), text)
