"""Believable names in both scripts: poets, flowers, trees, virtues, mountains, rivers, stars and old cities."""

from dataclasses import dataclass, field

from webmap.demo.dice import dice

Name = tuple[str, str]

CITY: Name = ("روشن‌رود", "Roshanrud")
RIVER: Name = ("رودخانهٔ روشن‌رود", "Roshanrud River")

_PEOPLE = """
فردوسی Ferdowsi|سعدی Saadi|حافظ Hafez|مولوی Molavi|خیام Khayyam|نظامی Nezami|رودکی Rudaki|عطار Attar|سنایی Sanaei|
ناصرخسرو Naser-Khosrow|خواجوی کرمانی Khwaju-ye-Kermani|باباطاهر Baba-Taher|صائب Saeb|جامی Jami|عنصری Onsori|
منوچهری Manuchehri|دهخدا Dehkhoda|پروین اعتصامی Parvin-Etesami|نیما یوشیج Nima-Yushij|شهریار Shahriar|
ابن سینا Ebn-e-Sina|رازی Razi|فارابی Farabi|بیرونی Biruni|خوارزمی Kharazmi|ابوریحان Abu-Reyhan|خواجه نصیر Khajeh-Nasir|
شیخ بهایی Sheikh-Bahaei|ملاصدرا Molla-Sadra|سهروردی Sohrevardi|غزالی Ghazali|بوعلی Bu-Ali|کمال‌الملک Kamal-ol-Molk|
بهزاد Behzad|میرعماد Mir-Emad|استاد معین Ostad-Moein|جمالزاده Jamalzadeh|امیرکبیر Amir-Kabir|شریعتی Shariati|
آرش Arash|کاوه Kaveh|رستم Rostam|سهراب Sohrab|سیاوش Siavash|بیژن Bijan|فریدون Fereydun|کورش Kurosh|داریوش Dariush|
آریوبرزن Ariobarzan|بزرگمهر Bozorgmehr|باربد Barbad|نکیسا Nakisa|پوریای ولی Puria-ye-Vali|جابر Jaber|
عمان سامانی Oman-Samani|وحشی بافقی Vahshi-Bafghi|هاتف Hatef|فرخی Farrokhi|بیهقی Beyhaghi|طبری Tabari
"""
_PLACES = """
البرز Alborz|دماوند Damavand|الوند Alvand|زاگرس Zagros|سبلان Sabalan|سهند Sahand|بینالود Binalud|تفتان Taftan|دنا Dena|
بیستون Bisotun|شیرکوه Shirkuh|کرکس Karkas|توچال Tochal|کارون Karun|زاینده‌رود Zayandehrud|ارس Aras|سپیدرود Sepidrud|
هیرمند Hirmand|کرخه Karkheh|دز Dez|هراز Haraz|اروند Arvand|خلیج فارس Khalij-e-Fars|دریای خزر Darya-ye-Khazar|مکران Makran|
اصفهان Esfahan|شیراز Shiraz|تبریز Tabriz|کرمان Kerman|یزد Yazd|همدان Hamedan|نیشابور Neyshabur|توس Tus|ری Rey|
هگمتانه Hegmataneh|پارسه Parseh|پاسارگاد Pasargad|شوش Shush|تیسفون Tisfun|بخارا Bokhara|سمرقند Samarghand|خوارزم Kharazm|
خراسان Khorasan|سیستان Sistan|کاشان Kashan|گیلان Gilan|مازندران Mazandaran|آذربایجان Azarbayejan|کردستان Kordestan|
لرستان Lorestan|هرمزگان Hormozgan|بوشهر Bushehr|کاسپین Caspian|آبادان Abadan|اهواز Ahvaz|اردبیل Ardabil|زنجان Zanjan|
ساوه Saveh|نطنز Natanz|ماسوله Masuleh|چابهار Chabahar|قشم Gheshm|کیش Kish|هرمز Hormoz|طبس Tabas|بم Bam|ماهان Mahan
"""
_VIRTUES = """
آزادی Azadi|استقلال Esteghlal|وحدت Vahdat|آزادگان Azadegan|امید Omid|ایمان Iman|وفا Vafa|صفا Safa|دوستی Dusti|
مهربانی Mehrabani|محبت Mohabbat|صداقت Sedaghat|عدالت Edalat|حقیقت Haghighat|دانش Danesh|خرد Kherad|فرهنگ Farhang|هنر Honar|
اندیشه Andisheh|پژوهش Pazhuhesh|آموزگار Amuzegar|معلم Moallem|دانشجو Daneshju|دانشگاه Daneshgah|کارگر Kargar|
کشاورز Keshavarz|صنعت Sanat|تلاش Talash|کوشش Kushesh|پیروزی Piruzi|سعادت Saadat|خوشبختی Khoshbakhti|شادی Shadi|آرامش Aramesh|
آسایش Asayesh|صلح Solh|بهروزی Behruzi|پاکی Paki|روشنی Roshani|سلامت Salamat|ورزش Varzesh|جوانان Javanan|مادر Madar|
خانواده Khanevadeh|همت Hemmat|جوانمردی Javanmardi|فضیلت Fazilat|حکمت Hekmat|معرفت Marefat|شهامت Shahamat|نشاط Neshat|نوید Navid
"""
_NATURE = """
لاله Laleh|یاس Yas|نرگس Narges|نسترن Nastaran|سوسن Susan|سنبل Sonbol|شقایق Shaghayegh|بنفشه Banafsheh|مریم Maryam|نسرین Nasrin|
نیلوفر Nilufar|یاسمن Yasaman|ارغوان Arghavan|میخک Mikhak|رازقی Razeghi|زنبق Zanbagh|شب‌بو Shabbu|اطلسی Atlasi|کوکب Kowkab|
مینا Mina|اقاقیا Aghaghia|ختمی Khatmi|پونه Puneh|ریحان Reyhan|زعفران Zaferan|گل سرخ Gol-e-Sorkh|گلبرگ Golbarg|گلشن Golshan|
گلستان Golestan|بوستان Bustan|سرو Sarv|صنوبر Senowbar|چنار Chenar|بید Bid|بید مجنون Bid-e-Majnun|کاج Kaj|سپیدار Sepidar|
نارون Narvan|افرا Afra|بلوط Balut|شمشاد Shemshad|انار Anar|انجیر Anjir|بادام Badam|پسته Pesteh|گردو Gerdu|سیب Sib|گیلاس Gilas|
آلبالو Albalu|زیتون Zeytun|نارنج Narenj|ترنج Toranj|توت Tut|نخل Nakhl|سماق Somagh|شاتوت Shahtut|بهار Bahar|نوبهار Nowbahar|
نسیم Nasim|باران Baran|شبنم Shabnam|سحر Sahar|سپیده Sepideh|خورشید Khorshid|مهتاب Mahtab|ستاره Setareh|پروین Parvin|ناهید Nahid|
کیوان Keyvan|کهکشان Kahkeshan|آفتاب Aftab|شفق Shafagh|آسمان Aseman|چشمه Cheshmeh|آبشار Abshar|جویبار Juybar|دریا Darya|صدف Sadaf|
مروارید Morvarid|مرجان Marjan|فیروزه Firuzeh|زمرد Zomorrod|یاقوت Yaghut|عقیق Aghigh|الماس Almas|پرستو Parastu|کبوتر Kabutar|
قناری Ghanari|هما Homa|سیمرغ Simorgh|طاووس Tavus|بلبل Bolbol|شاهین Shahin|عقاب Oghab|لک‌لک Laklak|غزال Ghazal|آهو Ahu|
پروانه Parvaneh|سهیل Soheyl|مهر Mehr|آبان Aban|آذر Azar|اسفند Esfand|فروردین Farvardin|خرداد Khordad|تیر Tir|شهریور Shahrivar
"""
_QUARTERS = """
سرچشمه Sarcheshmeh|جوباره Jubareh|دروازه‌نو Darvazeh-Now|پامنار Pamenar|سنگلج Sanglaj|عودلاجان Udlajan|چهارسوق Chaharsugh|
نوآباد Nowabad|مهرآباد Mehrabad|حسن‌آباد Hasanabad|علی‌آباد Aliabad|شمس‌آباد Shamsabad|عباس‌آباد Abbasabad|یوسف‌آباد Yusefabad|
سلیمان‌آباد Soleymanabad|فیض‌آباد Feyzabad|رحمت‌آباد Rahmatabad|نصرآباد Nasrabad|صادق‌آباد Sadeghabad|احمدآباد Ahmadabad|
کوی دانشگاه Kuy-e-Daneshgah|کوی فرهنگیان Kuy-e-Farhangian|شهرک گلها Shahrak-e-Golha|شهرک اندیشه Shahrak-e-Andisheh|
شهرک کاوه Shahrak-e-Kaveh|باغ نو Bagh-e-Now|باغ بالا Bagh-e-Bala|باغ فیض Bagh-e-Feyz|چهارباغ Chaharbagh|هشت‌بهشت Hasht-Behesht|
تپه‌سرخ Tappeh-Sorkh|پل سفید Pol-e-Sefid|پای رود Pa-ye-Rud|لب رود Lab-e-Rud|آسیاب Asiab|کاروان‌سرا Karvansara|قلعه‌نو Ghaleh-Now|
نوروزآباد Nowruzabad|گلدشت Goldasht|سبزدشت Sabzdasht|مهردشت Mehrdasht|بهاران Baharan|پردیس Pardis|نیک‌آباد Nikabad|فرح‌زاد Farahzad|
"""


def _pairs(*texts: str) -> list[Name]:
    pairs = []
    for word in "|".join(text.replace("\n", "") for text in texts).split("|"):
        if word:
            fa, _, en = word.rpartition(" ")
            pairs.append((fa, en.replace("-", " ")))
    return list(dict.fromkeys(pairs))


PEOPLE = _pairs(_PEOPLE)
GRAND = _pairs(_PEOPLE, _VIRTUES, _PLACES)
GENTLE = _pairs(_NATURE, _VIRTUES)
LOCAL = [name for name in _pairs(_NATURE) if name not in GRAND]
"""Small streets draw on names that no avenue has, or there might be two «خیابان امید»."""
QUARTERS = _pairs(_QUARTERS, _NATURE, _PLACES)

FORMS: dict[str, tuple[str, str, list[Name]]] = {
    "expressway": ("بزرگراه {}", "{} Expressway", GRAND),
    "boulevard": ("بلوار {}", "{} Boulevard", GRAND),
    "street": ("خیابان {}", "{} Street", GRAND),
    "local": ("خیابان {}", "{} Street", LOCAL),
    "alley": ("کوچهٔ {}", "{} Alley", GENTLE),
    "passage": ("گذر {}", "{} Passage", QUARTERS),
    "dead_end": ("بن‌بست {}", "{} Dead End", GENTLE),
    "square": ("میدان {}", "{} Square", GRAND),
    "neighbourhood": ("محلهٔ {}", "{} Neighbourhood", QUARTERS),
    "park": ("بوستان {}", "{} Park", GENTLE),
    "primary_school": ("دبستان {}", "{} Primary School", GRAND),
    "high_school": ("دبیرستان {}", "{} High School", PEOPLE),
    "mosque": ("مسجد {}", "{} Mosque", QUARTERS),
    "library": ("کتابخانهٔ {}", "{} Library", PEOPLE),
    "cultural_centre": ("فرهنگسرای {}", "{} Cultural Centre", GRAND),
    "cinema": ("سینما {}", "Cinema {}", GENTLE),
    "clinic": ("درمانگاه {}", "{} Clinic", GRAND),
    "hospital": ("بیمارستان {}", "{} Hospital", PEOPLE),
    "university": ("دانشگاه {}", "{} University", PEOPLE),
    "stadium": ("ورزشگاه {}", "{} Stadium", GRAND),
    "sports_hall": ("سالن ورزشی {}", "{} Sports Hall", GRAND),
    "fire_station": ("ایستگاه آتش‌نشانی {}", "{} Fire Station", GRAND),
    "market": ("میدان میوه و تره‌بار {}", "{} Produce Market", QUARTERS),
    "bank": ("بانک {}", "{} Bank", GRAND),
    "parking": ("پارکینگ {}", "{} Car Park", GRAND),
    "substation": ("پست برق {}", "{} Substation", QUARTERS),
    "terminal": ("پایانهٔ {}", "{} Terminal", GRAND),
    "playground": ("زمین بازی {}", "{} Playground", GENTLE),
    "bus_stop": ("ایستگاه {}", "{} Stop", GENTLE),
    "housing_project": ("مجتمع مسکونی {}", "{} Housing Estate", GENTLE),
    "renewal": ("بافت فرسودهٔ {}", "{} Renewal Area", QUARTERS),
    "office": ("ادارهٔ {}", "{} Office", GRAND),
}
_SIDES: tuple[Name, ...] = (("شمالی", "North"), ("جنوبی", "South"), ("شرقی", "East"), ("غربی", "West"))
_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


def persian(number: int) -> str:
    """A number in Persian digits."""
    return str(number).translate(_DIGITS)


@dataclass
class NameBook:
    """Gives each thing a name that nothing else of its form has; remembers only how far it has come."""

    seed: int
    _used: dict[str, int] = field(default_factory=dict)
    _orders: dict[str, list[int]] = field(default_factory=dict)

    def take(self, form: str) -> Name:
        """The next name of this form in both scripts: plain first, then by side of the city, then numbered."""
        fa, en, names = FORMS[form]
        turn, place = divmod(self._used.get(form, 0), len(names))
        self._used[form] = self._used.get(form, 0) + 1
        if place == 0:
            order = list(range(len(names)))
            dice(self.seed, "names", form, turn).shuffle(order)
            self._orders[form] = order
        base_fa, base_en = names[self._orders[form][place]]
        return self._turned(fa.format(base_fa), en.format(base_en), form, turn)

    def _turned(self, fa: str, en: str, form: str, turn: int) -> Name:
        """The name for the turn-th use of a base: avenues by side of the city before they are numbered."""
        if form in ("boulevard", "street", "expressway") and 0 < turn <= len(_SIDES):
            side_fa, side_en = _SIDES[turn - 1]
            return f"{fa} {side_fa}", f"{en} {side_en}"
        number = turn + 1 - (len(_SIDES) if form in ("boulevard", "street", "expressway") and turn else 0)
        return (f"{fa} {persian(number)}", f"{en} {number}") if number > 1 else (fa, en)
