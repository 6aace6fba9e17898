"""Genres: the content bytes of DVB, words for them, and the byte that a category in words most likely means.

ETSI EN 300 468 table 28 (content_nibble_level_1 and level_2 as one byte). Words are English, Italian, German, French
and Spanish, as guides write them.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAMES = """
10 Movie / Drama; 11 Detective / Thriller; 12 Adventure / Western / War; 13 Science fiction / Fantasy / Horror;
14 Comedy; 15 Soap / Melodrama; 16 Romance; 17 Serious / Historical drama; 18 Adult;
20 News / Current affairs; 21 News / Weather report; 22 News magazine; 23 Documentary; 24 Discussion / Interview;
30 Show / Game show; 31 Game show / Quiz; 32 Variety show; 33 Talk show;
40 Sports; 41 Special sports event; 42 Sports magazine; 43 Football; 44 Tennis / Squash; 45 Team sports; 46 Athletics;
47 Motor sport; 48 Water sport; 49 Winter sports; 4a Equestrian; 4b Martial sports;
50 Children / Youth; 51 Pre-school; 52 Entertainment for 6 to 14; 53 Entertainment for 10 to 16; 54 School programmes;
55 Cartoons / Puppets;
60 Music / Ballet / Dance; 61 Rock / Pop; 62 Classical music; 63 Folk music; 64 Jazz; 65 Musical / Opera; 66 Ballet;
70 Arts / Culture; 71 Performing arts; 72 Fine arts; 73 Religion; 74 Popular culture; 75 Literature; 76 Film / Cinema;
77 Experimental film; 78 Broadcasting / Press; 79 New media; 7a Arts magazine; 7b Fashion;
80 Social / Political / Economics; 81 Magazine / Report; 82 Economics / Social advisory; 83 Remarkable people;
90 Education / Science; 91 Nature / Animals; 92 Technology / Natural sciences; 93 Medicine / Psychology;
94 Foreign countries; 95 Social sciences; 96 Further education; 97 Languages;
a0 Leisure / Hobbies; a1 Travel; a2 Handicraft; a3 Motoring; a4 Fitness / Health; a5 Cooking; a6 Shopping; a7 Gardening
"""
_WORDS = """
10 movie, film, drama, movies, films, fernsehfilm, spielfilm, tv-film, tv movie, telefilm, fiction, pelicula, cine
10 serie, series, serial, serie tv, tv series, drame, dramma, drammatico, dramatico, fiction tv, miniserie, ficcion
11 detective, thriller, crime, krimi, kriminalfilm, policier, poliziesco, giallo, policiaco, policiaca, mystery
11 suspense, noir, krimiserie, serie policiere, crime drama, kriminalserie, investigation
12 adventure, western, war, abenteuer, abenteuerfilm, avventura, aventure, aventures, aventura, aventuras, guerra
12 krieg, kriegsfilm, guerre, action, azione, accion, actionfilm, belico, bellico
13 science fiction, science-fiction, sci-fi, scifi, fantascienza, fantasy, horror, fantastique, fantastico
13 fantastica, ciencia ficcion, epouvante, horreur, orrore
14 comedy, comedia, comedie, commedia, komodie, sitcom, comico, humour, umorismo, humor, komodienserie
15 soap, soap opera, telenovela, melodrama, melodramma, seifenoper, feuilleton, culebron, daily soap
16 romance, romantic, romantico, romantica, romantique, liebesfilm, sentimentale
17 historical, historical drama, storico, historico, historique, historienfilm, biopic, biographical
18 adult, adults only, erotic, erotico, erotique, erotik, adulti, adultos
20 news, current affairs, attualita, actualites, actualite, actualidad, aktuelles, nachrichten, informazione
20 information, informacion, informativo, informativos, noticias, journal, notizie, notiziario, infos, politik
20 politica, politics, politique, newscast
21 weather, meteo, wetter, el tiempo, telegiornale, tg, tagesschau, telediario, journal televise, wetterbericht
22 news magazine, rotocalco, nachrichtenmagazin, magazine d'information
23 documentary, documentario, documentaire, dokumentation, documental, doku, docu, dokumentarfilm, documentari
23 documentaries, documentales, documentaires, reportage, docuserie
24 discussion, interview, debate, debat, dibattito, debatte, diskussion, entrevista, intervista, entretien, tertulia
30 show, entertainment, intrattenimento, unterhaltung, divertissement, entretenimiento, spettacolo, espectaculo
30 reality, reality show, tele-realite, reality-tv
31 game show, quiz, quizshow, gioco a premi, gioco, concorso, concurso, jeu, jeux, spielshow, gameshow, ratesendung
32 variety, varieta, varietes, variedades, variety show, kabarett, cabaret, circus, circo, cirque, zirkus
33 talk show, talkshow, talk-show, talk, late show
40 sport, sports, deporte, deportes, sportivo, sportsendung, sports event, evento sportivo, deportivo
41 olympics, olympic games, olympia, olimpiadi, olympische spiele, jeux olympiques, juegos olimpicos, world cup
42 sports magazine, sportmagazin, rubrica sportiva, magazine sportif
43 football, soccer, calcio, fussball, futbol, foot
44 tennis, squash, tenis, padel
45 team sports, basketball, basket, volleyball, volley, pallavolo, pallacanestro, rugby, handball, hockey, eishockey
45 baseball, cricket, baloncesto, balonmano, pallamano, american football, ice hockey
46 athletics, atletica, athletisme, leichtathletik, atletismo, marathon, maratona, gymnastics, ginnastica
47 motor sport, motorsport, motorsports, formula 1, formel 1, formule 1, motociclismo, automobilismo, motogp, rallye
48 water sport, wassersport, swimming, nuoto, natation, schwimmen, natacion, sailing, vela, segeln, surfing
49 winter sports, wintersport, sport invernali, sports d'hiver, skiing, ski, sci, esqui, biathlon, snowboard
4a equestrian, equitazione, reitsport, equitation, hipica, ippica, pferdesport, horse racing
4b martial sports, boxing, boxen, pugilato, boxe, boxeo, judo, karate, wrestling, martial arts, kampfsport, mma
50 children, children's, kids, bambini, kinder, enfants, ninos, ragazzi, youth, jugend, jeunesse, infantil
50 kinderprogramm, kindersendung, per ragazzi, juvenil
51 preschool, pre-school, prescolare, vorschule, prescolar
54 school programmes, school, schulfernsehen, scuola, schule
55 cartoon, cartoons, animation, animazione, zeichentrick, dessin anime, dessins animes, dibujos animados
55 cartoni animati, cartoni, animationsserie, zeichentrickserie, animacion, anime, animated, trickfilm, puppets
60 music, musica, musik, musique, dance, danza, danse, tanz, concert, concerto, konzert, concierto, musicale
61 rock, pop, rap, hip hop, hip-hop
62 classical, classical music, musica classica, klassik, klassische musik, musique classique, musica clasica
63 folk music, folk, volksmusik, folklore, musica popolare, schlager
64 jazz, blues
65 opera, musical, oper, lirica, operette, operetta, zarzuela, comedie musicale
66 ballet, balletto, ballett
70 arts, culture, arte, cultura, kultur, art, kunst, culturale, kultursendung, arts/culture
71 performing arts, theatre, theater, teatro
72 fine arts, painting, pittura, malerei, peinture, pintura
73 religion, religious, religioso, religione, religieux, gottesdienst, messe, religiosa, messa, misa, santa messa
74 popular culture, traditional arts, tradizioni, traditionen, tradiciones
75 literature, letteratura, literatur, litterature, literatura, books, libri
76 cinema, kino, film magazine, filmmagazin
78 press, presse, stampa, prensa
7a arts magazine, kulturmagazin, magazine culturel
7b fashion, moda, mode
80 society, societa, gesellschaft, societe, sociedad, economy, economia, wirtschaft, economie
81 magazine, magazin, rotocalchi, report, inchiesta, magazine de societe, reportaje, rubrica
82 consumer advice, ratgeber, business, finance, finanza, consumer affairs
83 biography, biografia, portrait, portrat, biographie, ritratto
90 education, educational, science, wissenschaft, scienza, scienze, sciences, ciencia, educazione, bildung, educacion
90 wissen, divulgazione, factual, divulgacion, historia, storia, geschichte, histoire, history, infotainment
91 nature, natura, natur, naturaleza, animals, animali, tiere, animaux, animales, wildlife, umwelt, environment
91 ambiente
92 technology, tecnologia, technik, technologie, computer, informatica
93 medicine, medicina, medizin, medecine, psychology, psicologia, gesundheitsmagazin
94 foreign countries, expedition, expeditions, esplorazione, land und leute, decouverte
95 social sciences, philosophy, filosofia, philosophie
96 further education, weiterbildung
97 languages, lingue, sprachen, langues, idiomas, sprachkurs
a0 leisure, hobby, hobbies, tempo libero, freizeit, loisirs, ocio, lifestyle, estilo de vida
a1 travel, tourism, viaggi, viaggio, reise, reisen, voyage, voyages, viajes, turismo, tourisme
a2 handicraft, diy, bricolage, fai da te, heimwerken, handwerk, home improvement
a3 motoring, auto, cars, automobile, coches, automagazin
a4 fitness, wellness, salute, gesundheit, sante, salud, health
a5 cooking, cucina, kochen, cuisine, cocina, kochshow, gastronomia, gastronomie, kochsendung
a6 shopping, advertisement, teleshopping, televendita, werbung, publicite, teletienda, infomercial, teleachat
a7 gardening, giardinaggio, garten, jardinage, jardineria
"""
_MARKS = re.compile(r"[^\w&'+/. -]+")
_BORDERS = re.compile(r"[^\w']+")
_LONGEST_PHRASE = 3
_REMEMBERED = 4096


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    without = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return " ".join(_MARKS.sub(" ", without).split())


def _meanings() -> dict[str, int]:
    """Of two rows with the same word the first counts; names stand for themselves."""
    found = {_plain(name): code for code, name in NAMES.items()}
    for row in _WORDS.strip().splitlines():
        code, words = row.split(None, 1)
        for phrase in words.split(","):
            found.setdefault(phrase.strip(), int(code, 16))
    return found


NAMES = {
    int(code, 16): name for code, name in (row.split(None, 1) for row in _NAMES.replace("\n", " ").split(";") if row)
}
"""Every byte that has a meaning, and what it is called in English."""
_MEANINGS = _meanings()


def genre_name(genre: int) -> str:
    """What a content byte is called; that of its group where only this is known, "" where nothing is."""
    return NAMES.get(genre) or NAMES.get(genre & 0xF0, "")


def genre_of(categories: Iterable[str]) -> int:
    """The content byte that categories in words mean; 0 where none is understood.

    The first category that is understood decides, but one that only names a group yields to a later one within it.
    """
    best = 0
    for category in categories:
        found = _one(category)
        if found and (not best or (not best & 0x0F and found & 0xF0 == best & 0xF0)):
            best = found
    return best


@lru_cache(maxsize=_REMEMBERED)
def _one(category: str) -> int:
    """A whole category first, then the longest phrase in it; among equally long ones a special meaning, then the first.

    `Film / Krimi` is so a detective film.
    """
    plain = _plain(category)
    if plain in _MEANINGS:
        return _MEANINGS[plain]
    words = [word for word in _BORDERS.split(plain) if word]
    for length in range(min(_LONGEST_PHRASE, len(words)), 0, -1):
        phrases = (" ".join(words[start : start + length]) for start in range(len(words) - length + 1))
        found = [_MEANINGS[phrase] for phrase in phrases if phrase in _MEANINGS]
        if found:
            return next((code for code in found if code & 0x0F), found[0])
    return 0
