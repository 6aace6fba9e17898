"""What letters about notices say, in English and in Italian. What the staff wrote is put in where `{said}` stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_EN: Mapping[str, str] = {
    "subject": "[{reference}] {what}",
    "page": "\nHow far it is, and how to answer: {link}\nThe address opens without a password; keep it to yourself.",
    "receipt_subject": "Your notice was received",
    "receipt": "We have received your notice {reference} about {work}.\n\n"
    "A person looks at it within {days} working days, and you will hear what was decided and why.",
    "question_subject": "We need to know more",
    "question": "To decide on your notice {reference} about {work} we need to know:\n\n{said}\n\n"
    "Please answer by {due}; without an answer the notice is rejected.",
    "rejected_subject": "Decision: not taken down",
    "rejected": "We have looked at your notice {reference} about {work} and have taken nothing down:\n\n{said}\n\n"
    "The decision was taken by a person. You may object until {due}; somebody else will look at it. "
    "You may also go to a court or to a certified out-of-court body.",
    "acted_subject": "Decision: taken down",
    "acted": "We have looked at your notice {reference} about {work} and have taken it down:\n\n{said}\n\n"
    "The decision was taken by a person. The affected side may object, and you would be told.",
    "stated_subject": "Statement of reasons",
    "stated": "After notice {reference} we have restricted something that is carried for you or by you.\n\n{said}\n\n"
    "You may object until {due}, free of charge; somebody who did not take the decision will look at it. "
    "You may also go to a court or to a certified out-of-court body.",
    "stated_dmca_subject": "Something was taken down",
    "stated_dmca": "After notice {reference} under 17 U.S.C. 512(c)(3) we have taken something down.\n\n{said}\n\n"
    "If that was a mistake you may send a counter-notice under 512(g)(3). It then comes back between 10 and 14 working "
    "days later, unless the sender of the notice goes to a court.",
    "counter_subject": "Counter-notice",
    "counter": "The other side disputes your notice {reference} about {work}:\n\n{said}\n\n"
    "It comes back between {opens} and {due}, unless you tell us before that you have asked a court for an order.",
    "restored_subject": "Restored",
    "restored": "What was taken down after notice {reference} is restored:\n\n{said}\n\n"
    "Somebody other than the one who took it down decided this. You may go to a court.",
    "upheld_subject": "Decision upheld",
    "upheld": "The decision on notice {reference} stays as it is:\n\n{said}\n\n"
    "Somebody who did not take it looked at it again. You may go to a court or to a certified out-of-court body.",
}
_IT: Mapping[str, str] = {
    "subject": "[{reference}] {what}",
    "page": "\nA che punto è, e come rispondere: {link}\nL'indirizzo si apre senza password: non darlo ad altri.",
    "receipt_subject": "La segnalazione è arrivata",
    "receipt": "Abbiamo ricevuto la segnalazione {reference} su {work}.\n\n"
    "Una persona la esamina entro {days} giorni lavorativi; saprai che cosa è stato deciso e perché.",
    "question_subject": "Ci serve sapere di più",
    "question": "Per decidere sulla segnalazione {reference} su {work} ci serve sapere:\n\n{said}\n\n"
    "Rispondi entro il {due}; senza risposta la segnalazione è respinta.",
    "rejected_subject": "Decisione: non oscurato",
    "rejected": "Abbiamo esaminato la segnalazione {reference} su {work} e non abbiamo oscurato nulla:\n\n{said}\n\n"
    "Ha deciso una persona. Puoi opporti fino al {due}; la esaminerà un'altra persona. "
    "Puoi anche rivolgerti a un giudice o a un organismo certificato.",
    "acted_subject": "Decisione: oscurato",
    "acted": "Abbiamo esaminato la segnalazione {reference} su {work} e abbiamo oscurato:\n\n{said}\n\n"
    "Ha deciso una persona. Chi ne è colpito può opporsi, e ne saresti informato.",
    "stated_subject": "Motivazione",
    "stated": "Dopo la segnalazione {reference} abbiamo limitato qualcosa che trasmetti o che ricevi.\n\n{said}\n\n"
    "Puoi opporti fino al {due}, gratuitamente; la esaminerà chi non ha preso la decisione. "
    "Puoi anche rivolgerti a un giudice o a un organismo certificato.",
    "stated_dmca_subject": "Qualcosa è stato oscurato",
    "stated_dmca": "Dopo la segnalazione {reference} (17 U.S.C. 512(c)(3)) abbiamo oscurato qualcosa.\n\n{said}\n\n"
    "Se è un errore puoi inviare una contronotifica (512(g)(3)). Torna allora in onda dopo 10-14 giorni lavorativi, "
    "se chi ha segnalato non si rivolge a un giudice.",
    "counter_subject": "Contronotifica",
    "counter": "L'altra parte contesta la segnalazione {reference} su {work}:\n\n{said}\n\n"
    "Torna in onda fra il {opens} e il {due}, se prima non ci comunichi di esserti rivolto a un giudice.",
    "restored_subject": "Ripristinato",
    "restored": "Ciò che era stato oscurato dopo la segnalazione {reference} è ripristinato:\n\n{said}\n\n"
    "Ha deciso una persona diversa da chi l'aveva oscurato. Puoi rivolgerti a un giudice.",
    "upheld_subject": "Decisione confermata",
    "upheld": "La decisione sulla segnalazione {reference} resta com'è:\n\n{said}\n\n"
    "L'ha riesaminata chi non l'aveva presa. Puoi rivolgerti a un giudice o a un organismo certificato.",
}
WORDS: Mapping[str, Mapping[str, str]] = {"en": _EN, "it": _IT}
