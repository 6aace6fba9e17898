"""Guides as they are found, each with an oddity: what is read of them is written and read again."""

ODD_GUIDES = [
    (
        "several languages",
        b'<tv><programme start="20260101100000 +0100" stop="20260101110000 +0100" channel="a.b">'
        b'<title>Plain</title><title lang="de">Deutsch</title><sub-title lang="fr">Partie</sub-title>'
        b'<desc lang="de">Worte</desc><desc lang="en">Words</desc><category lang="fr">Film</category></programme></tv>',
    ),
    (
        "notations",
        b'<tv><programme start="20260101100000 +0000" stop="20260101110000 +0000" channel="a.b"><title>T</title>'
        b'<episode-num system="xmltv_ns"> 0 . 11 . 0/2 </episode-num><episode-num>S01E12</episode-num>'
        b'<episode-num system="dd_progid">EP01006886.0028</episode-num></programme>'
        b'<programme start="20260101110000 +0000" stop="20260101120000 +0000" channel="a.b"><title>T</title>'
        b'<episode-num system="xmltv_ns">2..</episode-num></programme>'
        b'<programme start="20260101120000 +0000" stop="20260101130000 +0000" channel="a.b"><title>T</title>'
        b"<episode-num>Folge 12</episode-num></programme></tv>",
    ),
    (
        "marks",
        b'<tv><programme start="20260101100000 +0000" stop="20260101110000 +0000" channel="a.b"><title>T</title>'
        b"<previously-shown/><premiere>First</premiere><last-chance/><new/><subtitles type='onscreen'/>"
        b'<rating system="FSK"><value>12</value><icon src="http://x.test/12.png"/></rating><rating><value>PG</value>'
        b'</rating><star-rating system="x"><value>3/5</value></star-rating></programme></tv>',
    ),
]
