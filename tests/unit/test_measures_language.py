import pytest

from triptych.measures.language import probably_not_english

ELSEWHERE = {
    "Arabic": "يعيش الصياد العجوز وحده في بيت صغير قرب البحر.",
    "Bulgarian": "Старият рибар живее сам в малка къща край морето.",
    "Chinese": "老渔夫独自住在海边的一间小房子里。",
    "Czech": "Starý rybář žije sám v domku u moře a každé ráno se vrací, protože je to pro jeho syna.",
    "Danish": "Den gamle fisker bor alene i et lille hus ved havet, og han taler ikke med de andre.",
    "Dutch": "De oude visser woont alleen in een klein huis aan zee en praat niet met het dorp.",
    "Finnish": "Vanha kalastaja asuu yksin pienessä talossa meren rannalla, mutta hän ei ole yksinäinen.",
    "French": "Le vieux pêcheur vit seul dans une petite maison au bord de la mer.",
    "German": "Der alte Fischer lebt allein in einem kleinen Haus am Meer und spricht mit niemandem.",
    "Greek": "Ο γέρος ψαράς ζει μόνος σε ένα μικρό σπίτι δίπλα στη θάλασσα.",
    "Hebrew": "הדייג הזקן גר לבדו בבית קטן ליד הים.",
    "Hindi": "बूढ़ा मछुआरा समुद्र के किनारे एक छोटे से घर में अकेला रहता है।",
    "Hungarian": "Az öreg halász egyedül él egy kis házban a tenger mellett, és nem beszél senkivel.",
    "Indonesian": "Nelayan tua itu tinggal sendirian di sebuah rumah kecil di tepi laut dan tidak bicara.",
    "Italian": "Il vecchio pescatore vive da solo in una piccola casa che guarda il mare.",
    "Japanese": "年老いた漁師は海辺の小さな家に一人で暮らしている。",
    "Korean": "늙은 어부는 바닷가 작은 집에서 혼자 산다.",
    "Norwegian": "Den gamle fiskeren bor alene i et lite hus ved havet, og han snakker ikke med noen.",
    "Polish": "Stary rybak mieszka sam w małym domu nad morzem i nie rozmawia z ludźmi.",
    "Portuguese": "O velho pescador vive sozinho em uma casa pequena na beira do mar e não fala.",
    "Romanian": "Bătrânul pescar trăiește singur în casa de la mare și nu vorbește cu vecinii.",
    "Russian": "Старый рыбак живёт один в маленьком доме у моря.",
    "Spanish": "El viejo pescador vive solo en una casa pequeña junto al mar.",
    "Swedish": "Den gamle fiskaren bor ensam i ett litet hus vid havet och talar inte med andra.",
    "Thai": "ชาวประมงชราอาศัยอยู่คนเดียวในบ้านหลังเล็กริมทะเล",
    "Turkish": "Yaşlı balıkçı deniz kenarında küçük bir evde yaşar ama onun için bu ev çok değerli.",
}

ENGLISH = {
    "plain": "The old fisherman lives alone in a small house by the sea and talks to nobody.",
    "foreign title": "La Dolce Vita and El Topo are shown with Das Boot at the festival of the city.",
    "foreign names": "Juan de la Cruz and María del Mar run the bakery that their father left to them.",
    "borrowed words": "Her fiancé orders the crème brûlée at the café and leaves the résumé on the table.",
    "some Greek": "The angle α and the ratio π are computed from the points.",
    "quotation": 'He says "der Hund ist nicht da" to the officer, who writes it down and walks away.',
    "tool": "This package contains the header files for the library; install it to build programs.",
}

NO_EVIDENCE = {
    "empty": "",
    "blank": " \n\t",
    "digits": "1234 5678 2024-01-01 3.14 42 7",
    "tags": "comedy, drama, war, romance, crime, thriller, western",
    "short": "El perro de la casa",
    "code": "for i in range(10): print(x[i], end='')",
    "names": "Anna Müller, José García, Zoë Løvland, François Dupont",
    "underscores": "__init__ __main__ _",
    "punctuation": "!!! ??? …",
}


@pytest.mark.parametrize("language", ELSEWHERE)
def test_f122_other_languages_are_found(language):
    assert probably_not_english([ELSEWHERE[language]]).tolist() == [True]


@pytest.mark.parametrize("kind", ENGLISH)
def test_f122_english_is_not_marked(kind):
    assert probably_not_english([ENGLISH[kind]]).tolist() == [False]


@pytest.mark.parametrize("kind", NO_EVIDENCE)
def test_f122_no_evidence_counts_as_english(kind):
    assert probably_not_english([NO_EVIDENCE[kind]]).tolist() == [False]


def test_f122_order_and_length_are_kept():
    texts = [ENGLISH["plain"], ELSEWHERE["Russian"], "", ELSEWHERE["German"]]
    marked = probably_not_english(texts)
    assert marked.tolist() == [False, True, False, True]
    assert marked.dtype == bool
    assert probably_not_english([]).shape == (0,)


def test_f122_half_of_the_letters_is_not_more_than_half():
    assert probably_not_english(["abc где", "abcd где", "ab где"]).tolist() == [False, False, True]


def test_f122_only_the_start_is_read():
    assert probably_not_english(["the sea and " * 2000 + ELSEWHERE["Russian"] * 4000]).tolist() == [False]


def test_f122_capitals_do_not_hide_a_language():
    assert probably_not_english([ELSEWHERE["French"].upper()]).tolist() == [True]
