# ruff: noqa: RUF001 - letters of many scripts, as they are written
"""The words by which mail programs introduce what they quote, in the languages in which they are sold.

They are the programs' own words, so there are few: one verb, five labels and two headings for each language.
"""

from collections.abc import Mapping
from types import MappingProxyType

WROTE = (
    # Words that stand alone, whole: a name may stand before or behind them.
    "wrote", "writes", "quoting", "schrieb", "schreibt", "schrieben", "geschrieben", "zitat von", "citando",
    "citando a", "citation de", "citat", "citerar", "cytowanie", "citace",
    "citeren", "цитирую", "idézet", "a écrit",
    "écrivait", "escribió", "escribio", "escribe", "ha escrito", "ha scritto", "scrive", "scrisse", "escreveu",
    "escreve", "schreef", "geschreven", "napisał", "napisała", "napisał(a)", "napisal(a)", "pisze",
    "napisana przez", "napsal", "napsala", "napsal(a)", "píše", "napísal", "napísala", "napísal(a)", "написал",
    "написала", "написал(а)", "пишет", "написав", "написав(ла)", "пише", "написа", "пишува", "skrev", "skriver",
    "kirjoitti", "kirjoittaa", "írta", "a scris", "yazdı", "yazmış", "yazıyor", "έγραψε", "έγραψεν",
    "έγραψα", "έγραψαν", "כתב", "כתבה", "כתב/ה", "כתבת", "כתב‏/ה", "כתבו", "كتب", "كتبت", "كتب/كتبت", "كتابة",
    "đã viết", "viết", "menulis", "menulis kepada", "napisao", "napisala", "napisao je", "napisao/la",
    "је написао", "написао", "написао/ла", "piše", "je napisal", "rašė", "parašė", "rakstīja", "kirjutas",
    "va escriure", "ha escrit", "missatge de", "نوشت", "skrifaði", "shkroi", "escribiu", "idatzi du",
    "idatzi zuen", "shkruajti", "напиша",
    "ysgrifennodd", "scríobh", "sumulat si",
)  # fmt: skip
WROTE_ANYWHERE = (
    # Scripts that put no blank between words.
    "写道", "寫道", "写到", "写了", "来信", "來信", "写信", "のメール", "書きました", "書いています",
    "さんは書き", "님이 작성", "작성", "쓴 글", "썼습니다", "님의 메시지", "보낸 메시지", "เขียน",
    "ने लिखा", "লিখেছেন", "எழுதியது",
)  # fmt: skip

OPENERS = (
    "on", "at", "am", "le", "el", "il", "em", "no dia", "a", "op", "dnia", "w dniu", "dne", "dňa", "в", "на",
    "den", "pe", "în", "in data", "στις", "στις/ο", "την", "τις", "בתאריך", "ב", "في", "بتاريخ", "vào", "pada",
    "em data", "in article", "in message", "du", "ngày", "u", "v", "på", "de", "ở", "tarihinde", "在", "no",
)  # fmt: skip
"""With which of these words a date in such a line begins, where it does not begin with the date itself."""

FROM, SENT, TO, CC, SUBJECT = "from", "sent", "to", "cc", "subject"
_LABELS = {
    FROM: (
        "from", "von", "de", "expéditeur", "remitente", "da", "mittente", "remetente", "van", "afzender", "od",
        "nadawca", "odesílatel", "odosielateľ", "от", "от кого", "отправитель", "від", "від кого", "från",
        "avsändare", "fra", "afsender", "avsender", "lähettäjä", "feladó", "küldő", "de la", "expeditor",
        "kimden", "gönderen", "από", "αποστολέας", "מאת", "שולח", "من", "المرسل", "发件人", "发信人", "寄件者",
        "寄件人", "發件人", "差出人", "送信者", "送信元", "보낸 사람", "보낸사람", "발신", "발신자", "보낸이",
        "từ", "người gửi", "จาก", "dari", "šalje", "pošiljatelj", "од", "пошиљалац", "nuo", "kas", "no",
        "saatja", "kellelt", "از", "فرستنده", "प्रेषक", "daripada", "frá", "nork", "igorlea", "dërguesi",
    ),
    SENT: (
        "sent", "date", "sent at", "sent on", "date sent", "gesendet", "gesendet am", "datum", "envoyé",
        "envoyé le", "date d'envoi", "enviado", "enviado el", "enviado em", "enviada em", "enviada", "enviados",
        "fecha", "fecha de envío", "inviato", "inviato il", "data", "data invio", "verzonden", "verstuurd",
        "verzonden op", "wysłano", "wysłane", "data wysłania", "odesláno", "odoslané", "dátum", "отправлено",
        "дата", "отправлен", "надіслано", "відправлено", "изпратено", "skickat", "skickat den", "sendt", "dato",
        "lähetetty", "päivämäärä", "päiväys", "pvm", "küldve", "elküldve", "küldés dátuma", "küldés ideje",
        "trimis", "trimis la", "dată", "gönderildi", "gönderme tarihi", "gönderim tarihi", "tarih",
        "gönderilme zamanı", "στάλθηκε", "εστάλη", "ημερομηνία", "נשלח", "תאריך", "נשלח ב", "تم الإرسال",
        "التاريخ", "تاريخ الإرسال", "أرسلت", "أُرسلت", "تاريخ", "发送时间", "发送日期", "日期", "时间",
        "寄件日期", "傳送時間", "傳送日期", "發送時間", "送信日時", "日時", "日付", "送信日", "보낸 날짜",
        "보낸날짜", "날짜", "일시", "보낸 시간", "보낸시간", "đã gửi", "ngày", "gửi", "ngày gửi", "ส่ง",
        "ส่งเมื่อ", "วันที่", "dikirim", "tanggal", "terkirim", "poslano", "poslato", "послато", "датум",
        "enviat", "enviat el", "gönderilme", "saatmisaeg", "saatmise aeg", "išsiųsta", "nosūtīts", "datums",
        "saadetud", "kuupäev", "تاریخ", "ارسال شده", "दिनांक",
        "tarikh", "dihantar", "dagsetning", "dags", "noiz", "message du", "messaggio del",
        "भेजा गया",
    ),
    TO: (
        "to", "an", "à", "a", "pour", "destinataire", "para", "destinatario", "destinatário", "aan", "do",
        "adresat", "komu", "pro", "кому", "до", "till", "til", "vastaanottaja", "címzett", "către", "catre",
        "pentru", "kime", "alıcı", "προς", "אל", "إلى", "الى", "المستلم", "收件人", "收件者", "宛先", "送信先",
        "받는 사람", "받는사람", "수신", "수신자", "받는이", "đến", "tới", "người nhận", "ถึง", "kepada", "ke",
        "untuk", "za", "prima", "за", "коме", "per a", "kam", "uz", "adressaat", "saaja", "kellele", "به",
        "प्रति", "nori", "hartzailea",
    ),
    CC: (
        "cc", "bcc", "kopie", "copie", "copie à", "copia", "cópia", "dw", "udw", "kopia", "kópia", "копия",
        "копія", "копие", "kopi", "kopio", "másolatot kap", "másolat", "bilgi", "κοιν", "κοιν.", "κοινοποίηση",
        "עותק", "نسخة", "抄送", "副本", "参照", "참조", "สำเนา", "kopija", "копија", "koopia", "reply-to",
        "antwort an", "répondre à", "responder a", "importance", "attachments", "anlagen", "wichtigkeit",
        "priorität", "prioridade", "pièces jointes", "organization", "тип", "مرفقات",
    ),
    SUBJECT: (
        "subject", "betreff", "thema", "objet", "sujet", "asunto", "oggetto", "assunto", "onderwerp", "temat",
        "předmět", "predmet", "тема", "тема письма", "относно", "ämne", "emne", "aihe", "tárgy", "subiect",
        "konu", "θέμα", "נושא", "الموضوع", "موضوع", "主题", "标题", "主旨", "主題", "件名", "제목", "chủ đề",
        "tiêu đề", "เรื่อง", "หัวเรื่อง", "perihal", "subjek", "zadeva", "предмет", "наслов", "naslov",
        "assumpte", "tema", "tēma", "teema", "विषय", "efni", "gaia", "ogg",
    ),
}  # fmt: skip
LABELS: Mapping[str, str] = MappingProxyType({word: kind for kind, words in _LABELS.items() for word in words})
"""What a header line begins with, in lower case, and which of the five fields that is."""

ORIGINAL = frozenset({
    "original message", "original mail", "original email", "original e-mail", "original appointment",
    "reply message", "replied message", "ursprüngliche nachricht", "originalnachricht", "original-nachricht",
    "ursprüngliche mail", "message d'origine", "message d’origine", "message original", "message initial",
    "mail original", "mail d'origine", "e-mail d'origine", "courriel original", "email original",
    "mensaje original", "correo original", "messaggio originale", "messaggio originario", "mensagem original",
    "oorspronkelijk bericht", "origineel bericht", "oorspronkelijke bericht", "oorspronkelijk e-mailbericht",
    "oryginalna wiadomość", "wiadomość oryginalna", "oryginalna wiadomosc", "wiadomość źródłowa",
    "původní zpráva", "původní e-mail", "původní mail", "pôvodná správa", "pôvodný e-mail",
    "исходное сообщение", "оригинальное сообщение", "исходное письмо", "первоначальное сообщение",
    "оригінальне повідомлення", "вихідне повідомлення", "початкове повідомлення", "ursprungligt meddelande",
    "originalmeddelande", "originalmeddelelse", "oprindelig meddelelse", "oprindelig besked",
    "original meddelelse", "opprinnelig melding", "original melding", "alkuperäinen viesti", "eredeti üzenet",
    "eredeti levél", "mesaj original", "mesajul original", "mesaj inițial", "mesajul inițial", "özgün ileti",
    "orijinal mesaj", "orjinal mesaj", "orijinal ileti", "asıl ileti", "αρχικό μήνυμα", "πρωτότυπο μήνυμα",
    "הודעה מקורית", "ההודעה המקורית", "الرسالة الأصلية", "رسالة أصلية", "رسالة اصلية", "原始邮件", "原邮件", "原始信息",
    "原始消息", "原信息", "原始訊息", "原來的訊息",
    "邮件原件", "回复的原邮件", "回复的邮件", "原始郵件", "原郵件", "元のメッセージ",
    "オリジナルメッセージ", "オリジナル メッセージ", "元のメール", "원본 메시지", "원본 메일", "원본메시지",
    "원본메일", "원본 이메일", "thư gốc", "tin nhắn gốc", "tin nhắn ban đầu", "email gốc", "ข้อความต้นฉบับ",
    "ข้อความดั้งเดิม", "ข้อความเดิม", "mesej asal", "upprunaleg skilaboð", "jatorrizko mezua",
    "pesan asli", "izvorna poruka", "originalna poruka", "izvirno sporočilo", "оригинално съобщение",
    "първоначално съобщение", "изворна порука", "algne sõnum", "algkiri", "algne kiri", "algne teade",
    "esialgne kiri", "pradinis laiškas", "pradinis pranešimas", "pirminis pranešimas", "originalus laiškas",
    "originalus pranešimas", "sākotnējā ziņa", "sākotnējais ziņojums", "oriģinālais ziņojums", "missatge original",
    "پیام اصلی", "मूल संदेश",
})  # fmt: skip
"""The heading over a quoted mail, without the dashes around it."""

FORWARDED = frozenset({
    "forwarded message", "forwarded mail", "forwarded email", "begin forwarded message",
    "start of forwarded message", "weitergeleitete nachricht", "weitergeleitete mail",
    "anfang der weitergeleiteten nachricht", "beginn der weitergeleiteten nachricht", "message transféré",
    "message réexpédié", "début du message réexpédié", "début du message transféré", "mensaje reenviado",
    "inicio del mensaje reenviado", "messaggio inoltrato", "inizio messaggio inoltrato",
    "inizio del messaggio inoltrato", "mensagem encaminhada", "mensagem reencaminhada",
    "início da mensagem encaminhada", "início da mensagem reencaminhada", "doorgestuurd bericht",
    "begin doorgestuurd bericht", "wiadomość przekazana dalej", "wiadomość przekazana",
    "treść przekazanej wiadomości", "przekazana wiadomość", "początek przekazywanej wiadomości",
    "přeposlaná zpráva", "přeposlaný e-mail", "začátek přeposílané zprávy", "preposlaná správa",
    "пересылаемое сообщение", "перенаправленное сообщение", "пересланное сообщение", "пересылаемое письмо",
    "начало переадресованного сообщения", "переслане повідомлення", "перенаправлене повідомлення",
    "початок переспрямованого повідомлення", "vidarebefordrat meddelande", "vidarebefordrat brev",
    "vidarebefordrat mejl", "videresendt besked", "videresendt meddelelse", "videresendt melding",
    "start på videresendt besked", "start på videresendt melding", "edelleenlähetetty viesti",
    "välitetty viesti", "välitetty viesti alkaa", "továbbított üzenet", "továbbított levél",
    "továbbított levél kezdete", "mesaj redirecționat", "mesaj retransmis", "mesaj înaintat",
    "început mesaj redirecționat", "yönlendirilmiş ileti", "iletilmiş mesaj", "yönlendirilen mesaj",
    "iletilen mesaj", "yönlendirilen ileti", "iletilen mesajın başlangıcı", "προωθημένο μήνυμα",
    "αρχή προωθημένου μηνύματος", "הודעה שהועברה", "תחילת ההודעה שהועברה", "رسالة معاد توجيهها",
    "الرسالة المعاد توجيهها", "رسالة مُعاد توجيهها", "بدء الرسالة المُعاد توجيهها", "转发的邮件", "转发邮件",
    "转发的邮件信息", "开始转发的邮件", "下面是被转发的邮件", "转发邮件信息", "轉寄郵件", "轉寄的郵件",
    "已轉寄郵件", "以下是轉寄的郵件", "転送メッセージ", "転送されたメッセージ", "転送されたメール",
    "전달된 메일", "전달된 메시지", "전달된 메시지 시작", "전달된 이메일", "thư đã chuyển tiếp",
    "thư chuyển tiếp", "tin nhắn đã chuyển tiếp", "bắt đầu thư được chuyển tiếp", "ข้อความที่ส่งต่อ",
    "pesan terusan", "pesan yang diteruskan", "proslijeđena poruka", "posredovano sporočilo",
    "препратено съобщение", "missatge reenviat", "edastatud sõnum", "edastatud kiri", "persiųstas laiškas",
    "pārsūtītā ziņa",
})  # fmt: skip
"""The heading over a forwarded mail, without the dashes around it: that mail is what its sender wants to say."""
