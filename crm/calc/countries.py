"""Countries: ISO 3166-1 code, dialling code (ITU-T E.164), English name; from any writing of one.

The first name of each is what MetaTrader is told: that of its own list of countries where it has
one, and never longer than its field. XK for Kosovo is no code of ISO's; banks use it.
"""

import re

_TABLE = """
AD 376 Andorra|AE 971 United Arab Emirates;UAE|AF 93 Afghanistan|AG 1 Antigua and Barbuda
AL 355 Albania|AM 374 Armenia|AO 244 Angola|AR 54 Argentina|AT 43 Austria|AU 61 Australia
AW 297 Aruba|AZ 994 Azerbaijan|BA 387 Bosnia and Herzegovina;Bosnia|BB 1 Barbados
BD 880 Bangladesh|BE 32 Belgium|BF 226 Burkina Faso|BG 359 Bulgaria|BH 973 Bahrain|BI 257 Burundi
BJ 229 Benin|BM 1 Bermuda|BN 673 Brunei;Brunei Darussalam|BO 591 Bolivia|BR 55 Brazil|BS 1 Bahamas
BT 975 Bhutan|BW 267 Botswana|BY 375 Belarus|BZ 501 Belize|CA 1 Canada
CD 243 DR Congo;Congo, Democratic Republic of the|CF 236 Central African Republic|CG 242 Congo
CH 41 Switzerland|CI 225 Cote d'Ivoire;Ivory Coast|CL 56 Chile|CM 237 Cameroon|CN 86 China
CO 57 Colombia|CR 506 Costa Rica|CU 53 Cuba|CV 238 Cape Verde|CW 599 Curacao|CY 357 Cyprus
CZ 420 Czech Republic;Czechia|DE 49 Germany|DJ 253 Djibouti|DK 45 Denmark|DM 1 Dominica
DO 1 Dominican Republic|DZ 213 Algeria|EC 593 Ecuador|EE 372 Estonia|EG 20 Egypt|ER 291 Eritrea
ES 34 Spain|ET 251 Ethiopia|FI 358 Finland|FJ 679 Fiji|FR 33 France|GA 241 Gabon
GB 44 United Kingdom;Great Britain;UK;England|GD 1 Grenada|GE 995 Georgia|GH 233 Ghana
GI 350 Gibraltar|GM 220 Gambia|GN 224 Guinea|GQ 240 Equatorial Guinea|GR 30 Greece
GT 502 Guatemala|GY 592 Guyana|HK 852 Hong Kong|HN 504 Honduras|HR 385 Croatia|HT 509 Haiti
HU 36 Hungary|ID 62 Indonesia|IE 353 Ireland|IL 972 Israel|IN 91 India|IQ 964 Iraq|IR 98 Iran
IS 354 Iceland|IT 39 Italy|JM 1 Jamaica|JO 962 Jordan|JP 81 Japan|KE 254 Kenya|KG 996 Kyrgyzstan
KH 855 Cambodia|KM 269 Comoros|KR 82 South Korea;Korea, Republic of;Korea|KW 965 Kuwait
KY 1 Cayman Islands|KZ 7 Kazakhstan|LA 856 Laos|LB 961 Lebanon|LC 1 Saint Lucia
LI 423 Liechtenstein|LK 94 Sri Lanka|LR 231 Liberia|LS 266 Lesotho|LT 370 Lithuania
LU 352 Luxembourg|LV 371 Latvia|LY 218 Libya|MA 212 Morocco|MC 377 Monaco|MD 373 Moldova
ME 382 Montenegro|MG 261 Madagascar|MK 389 North Macedonia;Macedonia|ML 223 Mali|MM 95 Myanmar
MN 976 Mongolia|MO 853 Macau|MR 222 Mauritania|MT 356 Malta|MU 230 Mauritius|MV 960 Maldives
MW 265 Malawi|MX 52 Mexico|MY 60 Malaysia|MZ 258 Mozambique|NA 264 Namibia|NE 227 Niger
NG 234 Nigeria|NI 505 Nicaragua|NL 31 Netherlands;Holland|NO 47 Norway|NP 977 Nepal
NZ 64 New Zealand|OM 968 Oman|PA 507 Panama|PE 51 Peru|PG 675 Papua New Guinea|PH 63 Philippines
PK 92 Pakistan|PL 48 Poland|PR 1 Puerto Rico|PS 970 Palestine|PT 351 Portugal|PY 595 Paraguay
QA 974 Qatar|RO 40 Romania|RS 381 Serbia|RU 7 Russia;Russian Federation|RW 250 Rwanda
SA 966 Saudi Arabia|SC 248 Seychelles|SD 249 Sudan|SE 46 Sweden|SG 65 Singapore|SI 386 Slovenia
SK 421 Slovakia|SL 232 Sierra Leone|SM 378 San Marino|SN 221 Senegal|SO 252 Somalia
SR 597 Suriname|SV 503 El Salvador|SY 963 Syria|SZ 268 Eswatini;Swaziland|TD 235 Chad|TG 228 Togo
TH 66 Thailand|TJ 992 Tajikistan|TM 993 Turkmenistan|TN 216 Tunisia|TR 90 Turkey;Turkiye
TT 1 Trinidad and Tobago|TW 886 Taiwan|TZ 255 Tanzania|UA 380 Ukraine|UG 256 Uganda
US 1 United States;USA;United States of America|UY 598 Uruguay|UZ 998 Uzbekistan
VC 1 Saint Vincent;Saint Vincent and the Grenadines|VE 58 Venezuela|VG 1 British Virgin Islands
VN 84 Vietnam;Viet Nam|VU 678 Vanuatu|WS 685 Samoa|YE 967 Yemen|ZA 27 South Africa|ZM 260 Zambia
ZW 263 Zimbabwe
AI 1 Anguilla|AS 1 American Samoa|AQ 672 Antarctica|AX 358 Aland Islands|BL 590 Saint Barthelemy
BQ 599 Bonaire;Bonaire, Sint Eustatius and Saba|BV 47 Bouvet Island
CC 61 Cocos (Keeling) Islands
CK 682 Cook Islands|CX 61 Christmas Island|EH 212 Western Sahara|FK 500 Falkland Islands
FM 691 Micronesia|FO 298 Faroe Islands|GF 594 French Guiana|GG 44 Guernsey|GL 299 Greenland
GP 590 Guadeloupe|GS 500 South Georgia|GU 1 Guam
GW 245 Guinea-Bissau|HM 672 Heard Island|IM 44 Isle of Man
IO 246 British Indian Ocean Territory|JE 44 Jersey|KI 686 Kiribati|KN 1 Saint Kitts and Nevis
KP 850 North Korea|MF 590 Saint Martin|MH 692 Marshall Islands|MP 1 Northern Mariana Islands
MQ 596 Martinique|MS 1 Montserrat|NC 687 New Caledonia|NF 672 Norfolk Island|NR 674 Nauru
NU 683 Niue|PF 689 French Polynesia|PM 508 Saint Pierre and Miquelon|PN 64 Pitcairn|PW 680 Palau
RE 262 Reunion|SB 677 Solomon Islands|SH 290 Saint Helena|SJ 47 Svalbard and Jan Mayen
SS 211 South Sudan|ST 239 Sao Tome and Principe|SX 1 Sint Maarten|TC 1 Turks and Caicos Islands
TF 262 French Southern Territories|TK 690 Tokelau|TL 670 East Timor;Timor-Leste|TO 676 Tonga
TV 688 Tuvalu|UM 1 US Minor Outlying Islands|VA 39 Vatican;Holy See|VI 1 US Virgin Islands
WF 681 Wallis and Futuna|XK 383 Kosovo|YT 262 Mayotte
"""


def _read(table: str) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    codes, names, called_first = {}, {}, {}
    for entry in re.split(r"[|\n]", table.strip()):
        code, dialling, called = entry.split(" ", 2)
        codes[code] = dialling
        called_first[code] = called.partition(";")[0]
        for name in called.split(";"):
            names[_plain(name)] = code
    return codes, names, called_first


def _plain(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower())


_DIALLING, _BY_NAME, _NAMES = _read(_TABLE)


def iso_code(text: str) -> str:
    """Return the two-letter code of a country by its code or English name, or nothing."""
    code = text.strip().upper()
    return code if code in _DIALLING else _BY_NAME.get(_plain(text), "")


def dialling_code(text: str) -> str:
    """Return the digits before the country's international numbers, or nothing."""
    return _DIALLING.get(iso_code(text), "")


def is_code(text: str) -> bool:
    """Say whether a text is a country's code as it is kept: two capital letters."""
    return text in _DIALLING


def name_of(code: str) -> str:
    """Return the name that MetaTrader is told for a country's code, or nothing."""
    return _NAMES.get(code, "")
