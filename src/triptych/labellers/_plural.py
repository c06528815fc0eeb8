"""English plurals, for titles that name many things of one kind."""

from __future__ import annotations

import re

from triptych.core.words import stem, word_set
from triptych.labellers._reading import Lexicon

__all__ = ["plural"]

_IRREGULAR = {
    "child": "children", "foot": "feet", "fungus": "fungi", "genus": "genera", "goose": "geese", "knife": "knives",
    "leaf": "leaves", "life": "lives", "man": "men", "mouse": "mice", "ox": "oxen", "person": "people",
    "shelf": "shelves", "tooth": "teeth", "wife": "wives", "wolf": "wolves", "woman": "women",
}  # fmt: skip
#: Nouns that can be counted though short texts and tags may only have their singular.
_COUNTED = word_set(
    """
    act actor adult album animal apple arrow artist award bag ball band bank bar bear bike bird boat body
    book box boy branch bridge brother building bus button cable cake camera camp canal car card castle cat
    cell chair church circle city clock cloud club coin color colour company composer computer concert
    conflict connector container continent contract cook country couple court cow crate crown cup dancer
    daughter day desert detective device diamond dinosaur disease doctor dog doll dragon dream drink driver
    drug egg election emotion enemy engine event eye face factory fairy family farm farmer father festival
    file film finger flag flower forest friend gadget game garden gate ghost giant gift girl glove god group
    guitar gun hammer hand handle hat head heart helmet hero hill holiday home horse hospital hotel house
    husband idea ideograph insect instrument island jacket jewel job journal journey judge king kitchen
    label lake lamp language laptop lawyer leader leg letter library lion lock machine magazine mammal map
    market marriage meal member memory message method microscope mineral mirror model monkey monster month
    moon mother motor mountain movie muscle museum neighbour network nerve novel number nurse ocean officer
    opera orchestra organ painter painting palace parent park parrot part party path pen pet phone photo
    piano picture pig pirate plane planet plant plate player poem poet politician pond portrait predator
    president priest prince princess prison prisoner product professor protein puzzle quality quantity queen
    rabbit radio recipe region rifle ring river road robot rock rocket room rope route ruler sail sailor
    sandwich school scientist screen sculpture sea season sensor server ship shirt shoe shop sign signal
    singer sister skill snake soldier son song soup spider spirit square stadium star station statue stone
    store storm story street stroke student studio suit symbol table tank tax teacher team telescope temple
    theatre theory ticket tiger tool tower town toy track train tree tribe trip truck tunnel umbrella
    uniform university vampire vegetable vehicle vein vessel village villain virus vitamin volcano wall
    watch weapon wedding week whale wheel wheelchair window wing witch wizard word worker writer year zoo
    zombie
    """
)
#: Nouns without a plural, or none that a title wants.
_MASS = word_set(
    """
    advice air animation art beauty beer blood bread business cash cheese clothing code coffee content
    cotton crime cuisine data deer energy entertainment equipment evidence fantasy fashion fire fish flour
    food footwear fruit fun furniture glass gold grass hair hardware health help history homework ice
    information iron jewelry juice justice knowledge land law left light literature love luck luggage
    machinery mail math meat media medicine metal milk money music nature news nutrition oil paper peace
    plastic poetry politics poultry power privacy progress rain religion research rice right romance salt
    sand science security sex sheep silver sleep snow software soil sound space sport sugar support tea
    technology text time traffic transport travel violence war water wealth weather wine wood wool work yoga
    """
)
#: Endings of people who do something.
_PEOPLE = re.compile(r"...(?:ist|wright|ician|ologer|tor|keeper)$")
_NO_PLURAL = re.compile(r"(?:ing|ness|ism|ics|ware|ity|s|ward|wards|[^a-z].*)$")


def plural(form: str, lexicon: Lexicon) -> str:
    """Return the plural of a noun if the texts use it or count the noun, else the word as it is.

    Parameters
    ----------
    form
        A word as it is counted.
    lexicon
        What is known of the words of the texts.
    """
    if lexicon.is_name(form) or form in _MASS:
        return form
    if form in _IRREGULAR:
        return _IRREGULAR[form]
    for other in sorted(lexicon.forms.get(stem(form), ())):
        if other == _regular(form) and lexicon.noun(other) > 0.4:
            return other
    counted = lexicon.counted[form] >= 2 and lexicon.noun(form) > 0.4 and not _NO_PLURAL.search(form)
    return _regular(form) if counted or form in _COUNTED or _PEOPLE.search(form) else form


def _regular(form: str) -> str:
    if re.search("[^aeiou]y$", form):
        return f"{form[:-1]}ies"
    return f"{form}es" if re.search("(?:s|x|z|ch|sh)$", form) else f"{form}s"
