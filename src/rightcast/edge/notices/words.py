"""What the public pages of notices say, in English and in Italian. Sentences of law are ours, not quotations."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LANGUAGES = ("en", "it")
_TAG = re.compile(r"\s*([A-Za-z]{1,8})(?:-[A-Za-z0-9-]+)?\s*(?:;\s*q=([01](?:\.\d{0,3})?))?\s*")

_EN: Mapping[str, str] = {
    "title": "Report unlawful content",
    "lead": "Is something carried here that infringes your right, or that is unlawful for another reason? Tell us.",
    "next": "What happens next",
    "next_1": "You get a reference number and a private page at once. No account is needed.",
    "next_2": "A person looks at your notice within {days} working days; what is plainly live is looked at first.",
    "next_3": "You hear what was decided and why. If it goes dark, that happens within seconds.",
    "next_4": "Whoever is affected may object, and so may you, for six months.",
    "kind": "Under which rule",
    "kind_dsa-16": "European Union: Digital Services Act, Article 16",
    "kind_dmca-512": "United States: DMCA, 17 U.S.C. 512(c)(3)",
    "where": "Where it is",
    "addresses": "Exact addresses",
    "addresses_hint": "One a line, as your player or browser shows them. Up to 50.",
    "what": "What is wrong",
    "work": "Work or programme",
    "work_hint": "Its title, and the match, film or series, so that we can find it.",
    "reasons": "Why it is unlawful",
    "reasons_hint": "Whose right it is, since when, for which countries, and why carriage here is not allowed.",
    "who": "Who you are",
    "sender": "Your name or company",
    "email": "E-mail",
    "email_hint": "We answer there. It is given to nobody else.",
    "contact": "Postal address and telephone",
    "contact_hint": "A DMCA notice needs a way to reach you.",
    "declare": "What you declare",
    "good_faith": "I believe in good faith that what this notice says is accurate and complete, and that the use "
    "is not allowed by the owner, its agent or the law.",
    "accuracy": "Under penalty of perjury: the notice is accurate, and I am authorised to act for the owner of the "
    "right.",
    "signature": "Signature",
    "signature_hint": "Your full name; it counts as an electronic signature.",
    "send": "Send the notice",
    "dmca_only": "for a DMCA notice",
    "optional": "optional",
    "wrong": "The notice is not complete yet. Nothing was sent.",
    "false": "Whoever knowingly gives false notices may be liable for the damage, and may lose the use of this form.",
    "busy": "Many notices came from your network. Please wait {minutes} minutes and send it again.",
    "full": "Notices cannot be taken in at the moment. Please send it again in a few minutes.",
    "received": "Your notice was received",
    "keep": "Keep the address of this page: it is the only way back to it, and it opens without a password.",
    "reference": "Reference",
    "page_title": "Notice {reference}",
    "status": "How far it is",
    "state_received": "Received",
    "state_acknowledged": "Receipt confirmed",
    "state_triaged": "Being examined",
    "state_asked": "We asked you something",
    "state_rejected": "Decided: not taken down",
    "state_acted": "Decided: taken down",
    "state_stated": "Reasons given to the affected side",
    "state_disputed": "Disputed",
    "state_restored": "Restored",
    "state_upheld": "Decision upheld",
    "then_received": "A person will look at it by {due}.",
    "then_acknowledged": "A person will look at it by {due}.",
    "then_triaged": "A decision is due by {due}.",
    "then_asked": "Please answer below by {due}; without an answer the notice is rejected.",
    "then_rejected": "You may object until {until}.",
    "then_acted": "The affected side may object until {until}.",
    "then_stated": "The affected side may object until {until}.",
    "then_disputed": "Somebody who did not take the decision looks at it again by {due}.",
    "then_restored": "This is the end of the procedure. You may go to a court or to a certified body for disputes.",
    "then_upheld": "This is the end of the procedure. You may go to a court or to a certified body for disputes.",
    "said": "What we say",
    "answer": "Your answer",
    "answer_send": "Send the answer",
    "object": "Object to the decision",
    "object_hint": "Say why it is wrong. A person other than the one who decided looks at it.",
    "object_send": "Send the objection",
    "affected_title": "Something was restricted after notice {reference}",
    "affected_lead": "A notice named something that is carried for you or by you. Here is what was done, and why.",
    "counter": "Counter-notice",
    "counter_send": "Send the counter-notice",
    "by_mistake": "Under penalty of perjury: I believe in good faith that it was taken down by mistake or "
    "misidentification.",
    "jurisdiction": "I consent to the jurisdiction of the federal court of my district (outside of the United States: "
    "of any where the operator may be found), and accept service of process from whoever gave the notice.",
    "restore_from": "If the sender of the notice goes to no court, it comes back between {opens} and {due}.",
    "sent": "Your words were received and are looked at.",
    "too_short": "Please write at least a sentence.",
    "incomplete_counter": "A counter-notice needs name, address, both statements and a signature.",
    "wrong_page": "There is no such page. Look whether the address is whole.",
    "off": "This station takes no notices here.",
    "off_contact": "Write to {contact}.",
    "operator": "Answered by {operator}",
    "another": "Send another notice",
    "language": "Italiano",
    "original": "SHA-256 of what you sent",
}
_IT: Mapping[str, str] = {
    "title": "Segnala un contenuto illecito",
    "lead": "Qui va in onda qualcosa che viola un tuo diritto, o che è illecito per un altro motivo? Segnalacelo.",
    "next": "Che cosa succede dopo",
    "next_1": "Ricevi subito un numero di riferimento e una pagina privata. Non serve registrarsi.",
    "next_2": "Una persona esamina la segnalazione entro {days} giorni lavorativi; ciò che è in diretta viene prima.",
    "next_3": "Ti diciamo che cosa è stato deciso e perché. Se va oscurato, succede in pochi secondi.",
    "next_4": "Chi ne è colpito può opporsi, e anche tu, per sei mesi.",
    "kind": "In base a quale norma",
    "kind_dsa-16": "Unione europea: regolamento sui servizi digitali (DSA), articolo 16",
    "kind_dmca-512": "Stati Uniti: DMCA, 17 U.S.C. 512(c)(3)",
    "where": "Dove si trova",
    "addresses": "Indirizzi esatti",
    "addresses_hint": "Uno per riga, come li mostra il lettore o il browser. Fino a 50.",
    "what": "Che cosa non va",
    "work": "Opera o programma",
    "work_hint": "Il titolo, e la partita, il film o la serie, perché possiamo trovarla.",
    "reasons": "Perché è illecito",
    "reasons_hint": "Di chi è il diritto, da quando, per quali paesi, e perché qui non può andare in onda.",
    "who": "Chi sei",
    "sender": "Nome o società",
    "email": "E-mail",
    "email_hint": "Rispondiamo lì. Non la diamo a nessun altro.",
    "contact": "Indirizzo postale e telefono",
    "contact_hint": "Una segnalazione DMCA richiede un recapito.",
    "declare": "Che cosa dichiari",
    "good_faith": "Ritengo in buona fede che quanto scritto sia esatto e completo, e che l'uso non sia consentito dal "
    "titolare, da chi lo rappresenta o dalla legge.",
    "accuracy": "Sotto pena di falsa dichiarazione: la segnalazione è esatta, e sono autorizzato ad agire per il "
    "titolare del diritto.",
    "signature": "Firma",
    "signature_hint": "Nome e cognome; vale come firma elettronica.",
    "send": "Invia la segnalazione",
    "dmca_only": "per una segnalazione DMCA",
    "optional": "facoltativo",
    "wrong": "La segnalazione non è ancora completa. Non è stato inviato nulla.",
    "false": "Chi segnala il falso sapendolo può rispondere dei danni e perdere l'uso di questo modulo.",
    "busy": "Dalla tua rete sono arrivate molte segnalazioni. Riprova fra {minutes} minuti.",
    "full": "Al momento non possiamo ricevere segnalazioni. Riprova fra qualche minuto.",
    "received": "La segnalazione è arrivata",
    "keep": "Conserva l'indirizzo di questa pagina: è l'unico modo per tornarci, e si apre senza password.",
    "reference": "Riferimento",
    "page_title": "Segnalazione {reference}",
    "status": "A che punto è",
    "state_received": "Ricevuta",
    "state_acknowledged": "Ricezione confermata",
    "state_triaged": "In esame",
    "state_asked": "Ti abbiamo chiesto qualcosa",
    "state_rejected": "Deciso: non oscurato",
    "state_acted": "Deciso: oscurato",
    "state_stated": "Motivazione data a chi ne è colpito",
    "state_disputed": "Contestata",
    "state_restored": "Ripristinato",
    "state_upheld": "Decisione confermata",
    "then_received": "Una persona la esamina entro il {due}.",
    "then_acknowledged": "Una persona la esamina entro il {due}.",
    "then_triaged": "La decisione è attesa entro il {due}.",
    "then_asked": "Rispondi qui sotto entro il {due}; senza risposta la segnalazione viene respinta.",
    "then_rejected": "Puoi opporti fino al {until}.",
    "then_acted": "Chi ne è colpito può opporsi fino al {until}.",
    "then_stated": "Chi ne è colpito può opporsi fino al {until}.",
    "then_disputed": "Una persona diversa da chi ha deciso la riesamina entro il {due}.",
    "then_restored": "La procedura finisce qui. Puoi rivolgerti a un giudice o a un organismo certificato.",
    "then_upheld": "La procedura finisce qui. Puoi rivolgerti a un giudice o a un organismo certificato.",
    "said": "Che cosa diciamo",
    "answer": "La tua risposta",
    "answer_send": "Invia la risposta",
    "object": "Opponiti alla decisione",
    "object_hint": "Scrivi perché è sbagliata. La esamina una persona diversa da chi ha deciso.",
    "object_send": "Invia l'opposizione",
    "affected_title": "Dopo la segnalazione {reference} qualcosa è stato limitato",
    "affected_lead": "Una segnalazione riguarda qualcosa che trasmetti o che ricevi. Ecco che cosa è stato fatto, e "
    "perché.",
    "counter": "Contronotifica",
    "counter_send": "Invia la contronotifica",
    "by_mistake": "Sotto pena di falsa dichiarazione: ritengo in buona fede che sia stato oscurato per errore o per "
    "scambio.",
    "jurisdiction": "Accetto la giurisdizione del tribunale federale del mio distretto (fuori dagli Stati Uniti: di "
    "quello in cui si trova il gestore) e la notifica degli atti da chi ha inviato la segnalazione.",
    "restore_from": "Se chi ha segnalato non si rivolge a un giudice, torna in onda fra il {opens} e il {due}.",
    "sent": "Le tue parole sono arrivate e vengono esaminate.",
    "too_short": "Scrivi almeno una frase.",
    "incomplete_counter": "Una contronotifica richiede nome, indirizzo, le due dichiarazioni e la firma.",
    "wrong_page": "Questa pagina non esiste. Controlla che l'indirizzo sia intero.",
    "off": "Questa stazione non riceve segnalazioni qui.",
    "off_contact": "Scrivi a {contact}.",
    "operator": "Risponde {operator}",
    "another": "Invia un'altra segnalazione",
    "language": "English",
    "original": "SHA-256 di ciò che hai inviato",
}
_MISSING_IT: Mapping[str, tuple[str, str]] = {
    "reasons": ("Non dice perché è illecito.", "Spiega in poche frasi quale diritto è violato."),
    "address": ("Non indica nessun indirizzo.", "Scrivi l'indirizzo esatto di ogni cosa, uno per riga."),
    "exact-address": ("Un indirizzo non è esatto.", "Scrivilo intero, da http:// o https://."),
    "name": ("Non dice chi la invia.", "Scrivi il nome di una persona o di una società."),
    "email": ("Manca un'e-mail a cui rispondere.", "Scrivine una come nome@example.org."),
    "good-faith": ("Manca la dichiarazione di buona fede.", "Conferma di ritenere esatto e completo quanto scrivi."),
    "work": ("Non indica l'opera violata.", "Scrivi l'opera, o un elenco di opere."),
    "contact": ("Mancano indirizzo postale o telefono.", "Scrivine uno, perché possiamo raggiungerti."),
    "accuracy": (
        "Manca la dichiarazione sotto pena di falso.",
        "Conferma che è esatta e che puoi agire per il titolare.",
    ),
    "signature": ("Non è firmata.", "Scrivi nome e cognome come firma elettronica."),
}
WORDS: Mapping[str, Mapping[str, str]] = {"en": _EN, "it": _IT}


def missing_words(language: str, code: str, sentence: str, remedy: str) -> tuple[str, str]:
    """What lacks and what to do, in a language; the given sentences where there is no translation."""
    return _MISSING_IT.get(code, (sentence, remedy)) if language == "it" else (sentence, remedy)


def language_of(asked: str, accepted: str) -> str:
    """The language of a page: the one asked for, else the best that the browser accepts (RFC 9110 12.5.4)."""
    if asked in LANGUAGES:
        return asked
    best, weight = LANGUAGES[0], 0.0
    for part in accepted.split(",")[:20]:
        found = _TAG.fullmatch(part)
        if found and (name := found[1].lower()) in LANGUAGES and float(found[2] or 1) > weight:
            best, weight = name, float(found[2] or 1)
    return best
