package mailtext

// tongue is what a language that shares its script with others is known by: its
// most frequent words, those of mail among them, and beginnings (x-), ends (-x)
// and middles (-x-) of words that are typical of it.
type tongue struct {
	code    string
	letters string // those beyond the letters that all of the script have
	words   string
	parts   string
}

// latinTongues are the languages in Latin script.
func latinTongues() []tongue {
	return append(germanicTongues(), append(romanceTongues(), append(slavicTongues(), otherTongues()...)...)...)
}

func germanicTongues() []tongue {
	return []tongue{
		{
			"en", "",
			`the of and to in is you that it he was for on are as with his they at be this have from or had by but not what all were we when your can said there use an each which she do how their if will up other about out many then them these so some her would make like him into time has look more go see no way could people my than first been call who its now find down did get come made may part over new after only know also well any these please thanks thank regards dear attached hello sincerely our us me let should think need want just hi don' didn' doesn' isn' i' it' that' you' can' won' they' let' sent email message will yes best kind further information
			moved move room sounds good great fine sure cheers tomorrow today monday tuesday wednesday thursday friday lunch news done soon later again works we' talk`,
			`-ing -tion -ly -ed th- wh- -ould- -ness -ough- -ment`,
		},
		{
			"de", "äöüß",
			`der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr durch man sein wurde sei wir ich uns ihr ihnen ihre ihren mir mich kann können bitte danke vielen dank grüße grüßen freundlichen mit hallo liebe lieber sehr geehrte geehrter damen herren anbei gerne wenn was dann doch schon unter gegen vom muss müssen diese dieser dieses kein keine habe hier da ja nein sowie zwischen jedoch ab gruß viele schöne haben
			passt prima super klar morgen heute dir montag dienstag mittwoch donnerstag freitag rückruf rechnung perfekt`,
			`-ung -keit -heit -lich -isch sch- -schaft ge- ver- -tz- -ungen -ischen -lichen -cht- -sch-`,
		},
		{
			"nl", "éëïóöüèê",
			`de van het een en in is dat op te zijn voor met die niet aan er om ook als dan maar bij nog uit door over naar heeft hij ze wordt kan wel meer worden geen we of ik je jij wij u uw deze dit tot hebben was had werd mijn ons onze moet zal zou zich veel al nu wat hoe waar toen zo hier daar omdat tijdens tussen onder tegen graag bedankt beste groet groeten vriendelijke bijlage hallo geachte heer mevrouw alvast jullie hun haar hem kunnen willen wil goed jaar twee andere
			prima dank hoor ja maandag dinsdag woensdag donderdag vrijdag morgen`,
			`-ij- -oe- -aa- -eel- -lijk -lijke -ee- -oo- -tje -heid -ingen ge- ver- -uu- ui- -uit- -schap`,
		},
		{
			"sv", "åäöé",
			`och i att det som en på är av för med till den har de inte om ett han men var jag sig från vi så kan när år under också efter eller nu sin där vid mot ska skulle kommer ut får finns vara hade alla andra mycket än här då sedan över bara in blir upp även vad få två vill ha många hur mer går kunde blev man du ni er era oss min mitt mina din ditt dina hej tack hälsningar vänliga vänlig mvh bifogar bifogat skickar gärna någon något detta denna dessa hos nya utan mellan sina ingen`,
			`-ningen -ning -skt -ska -arna -erna -ck- -het -heten för- -tt- -ör- -lig -liga -ligt -ade`,
		},
		{
			"da", "æøåé",
			`og i at er det en til på som af for med den der de ikke et har han var jeg men fra om sig kan vi så ved også eller efter blev år være hvor når skal nu bliver over have havde ud mange alle kunne sin blive mere op under meget man mod andre vil end her kun hvis du dig mig os jer deres hun hvad hvordan noget nogen dette denne disse af vores min mit mine din dit hej tak hilsen venlig venlige mvh kære vedhæftet vedlagt gerne mellem uden selv siden kr bare lige få får gør går efter dag blevet været`,
			`-hed -else -lig -lige -ligt -erne hv- -ede -ende -eds- -gt -æn- af- -øj- -tion -igt -skab -dt ud- -øb- -ugt -vej- -ab -ib -ad -gh- -æg-`,
		},
		{
			"no", "æøåéòô",
			`og i det på som er en til å av for at med de ikke den har jeg et om vi var men han seg så kan fra ble eller skal også etter når være nå ut ved blir hadde vil over hva hun mer alle ha opp bare der mot sin du dere oss meg deg noe noen hvor hvordan år mange bli blitt vært dette denne disse fikk får gjør går takk hilsen vennlig mvh hei kjære vedlagt gjerne mellom uten selv siden kr nye norge norsk deres våre vår vårt mitt min ditt også ingen eit ein ikkje eg frå dei vere han ho kva berre nokon noko meir mykje etter no saman òg sjå vart blei kor skulle då andre heile`,
			`-het -heten -else -ene -lig -lige hv- -skap -ende -asjon -sjon- -ling -ane -ar -leg -lege kv- -eir -øy- -tt -ss -kk -nn kj- -kj- skj- gj- ut- -ert -erte -ier -nad`,
		},
	}
}

func romanceTongues() []tongue {
	return []tongue{
		{
			"fr", "àâæçéèêëîïôœùûüÿ",
			`de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont la mais avec comme ou si son cette aux être d' l' s' n' c' j' m' t' qu' jusqu' lorsqu' aujourd' je nous vous ils elle on leur leurs ses sa tout tous bien deux fait été même aussi entre sans peut après avant faire dont où ces votre vos notre nos mon ma mes bonjour merci cordialement madame monsieur bonne journée cher chère veuillez trouver joint jointe pièce salutations sincères car ainsi était encore très y avons avez sommes non oui sous donc moins depuis quand
			à parfait lundi mardi mercredi jeudi vendredi demain bientôt entendu beaucoup`,
			`-ment -tion -eux -aux -eau -eur -ait -ez -ent -oir -ique -ette qu- -elle -aient -ouv- -oi- -eaux -euse`,
		},
		{
			"es", "áéíñóúü",
			`de la que el en y a los del se las por un para con no una su al lo como más pero sus le ya o este sí porque esta entre cuando muy sin sobre también me hasta hay donde quien desde todo nos durante todos uno les ni contra otros ese eso ante ellos e esto mí antes algunos qué unos yo otro otras otra él tanto esa estos mucho quienes nada muchos cual ella estar estas fue era ser es son ha han tiene hola gracias saludos saludo cordial adjunto estimado estimada buenos días buenas tardes usted ustedes señor señora atentamente hacer puede años hoy bien
			perfecto acuerdo lunes martes miércoles jueves viernes mañana vale`,
			`-ción -dad -mente -iento -aciones -ado -ados -ando -iendo -ía -ón -ñ- -ue- -ie- -ll- -miento -ción`,
		},
		{
			"pt", "áâãàçéêíóôõúü",
			`de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das tem à seu sua ou ser quando muito há nos já está eu também só pelo pela até isso ela entre era depois sem mesmo aos ter seus quem nas me esse eles estão você tinha foram essa num nem suas meu às minha têm numa pelos elas havia seja qual será nós tenho lhe deles essas esses pelas este são olá obrigado obrigada cumprimentos atenciosamente segue anexo caro cara prezado prezada bom dia boa tarde senhor senhora abraço fazer pode ainda anos sobre
			perfeito segunda terça quinta sexta amanhã hoje`,
			`-ção -ções -dade -mente -inho -ão -ões -lh- -nh- -ou -ado -ando -endo -agem -eiro -eira -ais`,
		},
		{
			"gl", "áéíñóúüï",
			`de a o que e do da en un para é con non unha os no se na por máis as dos como pero foi ao el das ten á seu súa ou ser cando moi hai nos xa está eu tamén só polo pola ata iso ela entre era despois sen mesmo aos ter seus quen nas me ese eles están vostede tiña foron esa nin súas meu ás miña teñen polos elas sexa cal será nós teño lle deles esas eses polas este son ola grazas saúdos atentamente adxunto anexo estimado bos días boas tardes facer pode aínda anos sobre onde porque outro outra toda todo galicia galego xunta unhas uns dunha dun nunha nun`,
			`-ción -dade -mente -iño -iña x- -x- -cións -oute -ou -eu -ouse -ades -ñ- -eiro -eira -exo -xe-`,
		},
		{
			"ca", "àèéíïòóúüç·",
			`de la i el que a en els per les un amb és una del al no es va ser com més ha o se són seu seva han però aquest aquesta aquests aquestes també si dels als pel pels hi ho li ja entre quan fins on molt tot tots tota totes sobre sense perquè fer després estat anys té bé jo nosaltres vostè vostra vostre nostre nostra meu meva dia any cap altres altre altra abans any dos gràcies salutacions cordialment adjunt bon bona hola benvolgut benvolguda senyor senyora us ens em et fou van foren això així només encara mateix sota des llavors l' d' s' n' m'`,
			`-ció -tat -ment -ació -ls -ny -ll- -tge -ats -ens -ix- -eix- d'- l'- -ies -ts -nt -dor`,
		},
		{
			"it", "àèéìòùî",
			`di e il la che in a per è un del si da non con una le i della sono al dei come nel più alla ha gli lo o anche delle ma dal questo se suo su dalla ad ed sua essere ai loro tra stato mi nella ci degli io lei lui noi voi era quando dopo molto solo questa anno cui dell' all' nell' dall' sull' l' un' d' c' quest' sul sulla nelle alle dai anni prima tutti tutto ancora poi fatto hanno fra perché così senza già dove due ciao grazie saluti cordiali distinti gentile buongiorno allegato allegata cordialmente egregio signor signora vostro vostra nostro nostra può fare deve sia ho abbiamo siamo me te va bene cosa quindi sta stata suoi mio tuo oggi
			domani vediamo perfetto lunedì martedì mercoledì giovedì venerdì mille`,
			`-zione -ità -mente -ioni -ono -ato -ati -are -ere -ire -gli- -cch- -zz- -tti -tto -ggi- -ella -ssi- -aggio`,
		},
		{
			"ro", "ăâîșțşţ",
			`de și în a la cu pe care din o că pentru nu se un este mai au al sau ca sunt prin fost ale după fi lui ce dar cele sa său am ai acest această ei lor fie când foarte toate tot numai doar aceste acestea astfel fără până între unei unui decât iar ne vă noi voi eu tu el ea mea meu noastră nostru dumneavoastră bună ziua mulțumesc multumesc salut stimate stimată cu stimă respect atașat anexat si in sa ca pentru dupa fara pana avea are avem aveți poate trebuie anul ani era dintre spre către asupra cei cel cea`,
			`-ul -ului -ilor -elor -ție -ții -ea -ează -ește -are -uri -iile -iei -ători -ească -tă -esc -iunea`,
		},
	}
}

func slavicTongues() []tongue {
	return []tongue{
		{
			"cs", "áčďéěíňóřšťúůýž",
			`a se v na je že o s z i do to k ve pro za by ale si po jako od jsem které který která tak být jeho byl jsou jen už při nebo až podle než co jak bylo ze má když však také byla před ještě bude let nebyl roku mezi který není více kde ten této tento tuto těchto jejich musí mě mi my vy vás vám nás nám jste děkuji děkujeme dobrý den pozdravem zdravím ahoj příloze přílohu zasílám prosím vážený vážená pane paní bych byste můžete jsme mít pouze již během proti další první své svůj`,
			`-ého -ých -ím -ění -ost -osti -ou -ně- -ře- -ě- -ů -ství -ové -ský -ských -ická`,
		},
		{
			"sk", "áäčďéíĺľňóôŕšťúýž",
			`a sa v na je že o s z i do to k vo pre za by ale si po ako od som ktoré ktorý ktorá tak byť jeho bol sú len už pri alebo až podľa než čo bolo zo má keď však aj bola pred ešte bude rokov roku medzi nie je viac kde ten tejto tento túto týchto ich musí ma mi my vy vás vám nás nám ste ďakujem ďakujeme dobrý deň pozdravom ahoj prílohe prílohu posielam prosím vážený vážená pán pani môže môžete sme mať iba počas proti ďalšie prvý svoje svoj`,
			`-ého -ých -ím -enie -osť -osti -ou -stvo -ové -ský -ských -ia- -ie- -ľ- -ť -ovať`,
		},
		{
			"pl", "ąćęłńóśźż",
			`w i na z się nie do to że jest o jak a po co od za dla jego przez czy tak ale już przy są tym być ma może był oraz tego która który które lub tylko było ich jej jako także ze we pod została został jednak też mnie mi my wy was nam nas pan pani państwa państwo dzień dobry dziękuję dziękujemy pozdrawiam pozdrowieniami poważaniem załączeniu załączniku przesyłam proszę szanowny szanowna szanowni witam cześć gdy gdzie kiedy można będzie bardzo roku lat między nad bez dwa swoje swoją tej ten ta te tych ci było były jeszcze więc nawet`,
			`-ego -ów -ych -ość -ości -ach -ami -owa- -rz- -sz- -cz- -ie- -prz- prz- -ski -nie -ania -eni- -dz- -ym`,
		},
		{
			"hr", "čćđšž",
			`i u je da se na za su od s a o ne koji kao što koja to iz nije bi ili po će sa do koje te sam ali bio godine više samo ako jer biti kako još može sve bila ima nakon bilo prije kod njegov tako smo ste nam vam nas vas mi vi oni već kada kad gdje ovo ova ovaj toga svoje svoj između protiv hvala poštovanjem poštovani poštovana lijep pozdrav pozdrav dobar dan bok molim privitku prilogu šaljem srdačan trebamo možete hrvatske hrvatska zagreb tko što dio tijekom također međutim sada sada jedan dva li`,
			`-ije- -nje -nja -ost -osti -ima -ama -og -om -ski -ske -ovi -ovati -va- -ći -anje -enje`,
		},
		{
			"sl", "čšž",
			`in je v na da se za so z ki ne po pa s bi tudi od ob kot o do iz če to le bo ali ni pri bil še kar ko več tako že sem lahko bila bilo bili smo ste nam vam nas vas mi vi oni med brez pred svoje svoj kjer kako zaradi samo zelo vse hvala pozdrav lep pozdravljeni spoštovani spoštovana prosim prilogi pošiljam dan leta let letu ta tega te tem ter naj oziroma torej vendar saj jih ga jo mu ji ima imajo mora moramo morajo kateri katere slovenije`,
			`-nje -nja -ost -osti -ega -emu -ih -ski -skih -ova- -ije -jo -anje -enje -ljen- -ami -ovo`,
		},
	}
}

func otherTongues() []tongue {
	return []tongue{
		{
			"fi", "äöåšž",
			`ja on ei että se oli hän mutta en ovat kun niin myös mukaan vain jo kuin ole joka tai sen sitä jos vielä nyt hänen minä siitä sekä olen ollut voi mitä kuitenkin tämä jonka minun ne kaikki he sitten eli joita jotka ettei olisi tässä te me sinä meidän teidän tämän sille siinä jälkeen vuonna kanssa koska noin nyt mikä miten paljon moi hei terveisin ystävällisin kiitos kiitoksia liitteenä oheisena hyvä arvoisa ohessa pitää saa tulee täytyy olla olemme olette voisi vuoden euroa ennen muun muassa toinen`,
			`-ssa -ssä -lla -llä -sta -stä -lta -ltä -lle -nen -sen -ksi -aan -een -tta -ttä -ä- -kk- -uu- -yy- -ii- -minen -iin -isen -vat -vät -mme`,
		},
		{
			"et", "äöõüšž",
			`ja on ei et see oli ta aga ka kui või siis ning mis ma kes nii oma tema ole seda välja veel nagu üle juba kõik üks mida sest pärast enne mitte väga selle selles sellest meie teie nende nad me te sa mul meil teil peab saab võib olema olid tere tänan aitäh lugupidamisega tervitades lisatud manuses palun kohta eest juures aasta aastal aastat poolt vaid kuid ainult kuna kus siin seal eesti tallinn`,
			`-ud -nud -tud -mine -mise -sse -st -le -ga -ks -õ- -ää- -oo- -uu- -aa- -ite -ide -dest -gi -sed -likku -use`,
		},
		{
			"hu", "áéíóöőúüű",
			`a az és hogy nem is egy ez van meg de csak azt már mint ha volt el ki még fel le vagy kell lesz nagy minden után majd így aki ami ezt én te ő mi ti ők azonban amely amelyek között szerint pedig lehet sem akkor úgy most itt ott igen mert illetve miatt több volna voltak köszönöm köszönettel üdvözlettel tisztelt kedves jó napot szia helló csatolva mellékelten kérem kérjük szíves ön önök önt nincs vannak azért tovább évi év első két által való során valamint magyar`,
			`-ban -ben -nak -nek -ság -ség -hoz -hez -val -vel -ról -ről -tól -től -ból -ből -gy- -sz- -ny- -ni -tt- -ások -ések meg- -kat -ket -unk -ünk`,
		},
		{
			"tr", "çğıöşüâîû",
			`ve bir bu da de için ile olarak çok daha olan gibi en ne kadar sonra var ben o ki ama ya her değil iki mi olduğu diye yok tarafından şey büyük zaman sadece bunu hem ise göre önce yeni şu bana sana ona bize size biz siz onlar benim senin onun bizim sizin olmak olduğunu etmek eden ettiği edilen üzere merhaba selam teşekkürler teşekkür ederim ederiz saygılarımla saygılar iyi günler çalışmalar sayın ekte ektedir lütfen rica evet hayır veya ancak bütün tüm yıl yılında türkiye arasında kendi nasıl neden`,
			`-lar -ler -lar- -ler- -dır -dir -mak -mek -lık -lik -ını -ini -nın -nin -ında -inde -acak -ecek -yor -yor- -dan -den -mış -miş -sı -ğ- -ları -leri`,
		},
		{
			"id", "",
			`yang dan di dengan untuk pada dari ini itu dalam tidak adalah akan oleh juga sebagai karena ke bisa ada saya kami kita anda mereka dia telah sudah atau tersebut lebih dapat bahwa seperti hanya saat banyak setelah secara satu dua para namun orang tahun hari masih harus belum lagi jika antara serta menjadi kepada bagi sangat terima kasih salam hormat bapak ibu pak bu terlampir lampiran mohon selamat pagi siang silakan tolong nya apa siapa bagaimana kalau semua indonesia jakarta`,
			`-nya -kan me- mem- men- meng- ber- di- ter- pe- -an -ng- ke- peng- -lah -ny-`,
		},
		{
			"eu", "ñ",
			`eta da ez bat izan du ere dira egin zen baina den dute hau hori baino egiteko duen dela bere beste dago zuen behar baita dituzte oso hura ditu nahi esan gure zer orain hala zein batean baten bezala dena dituen izango arte zuten egun urte edo guztiak gehiago horrek nire zure haien gabe bai kaixo eskerrik asko agur ongi etorri jaun andre adeitasunez bidaltzen eranskinean mesedez dut dugu duzu naiz gara zara zaude dagoen arabera euskal euskara herri lan urtean hain berri zituen zituzten hemen han`,
			`-tx- -tz- -ko -ren -aren -etan -tik -ak -ek -rako -kin -tzen -ten -tza -zko -en -tzea -eko -rik -ean -eta -gatik -ts-`,
		},
		{
			"lt", "ąčęėįšųūž",
			`ir kad į yra iš su tai kaip bet o už buvo po jis ar tik apie nuo dar ne būti jau prie jo taip kai per kuris kuri kurie savo jos jų mes jūs jums mums man aš tu labai daugiau gali turi reikia metų metais bus būtų šis ši šio šios tačiau pagal arba taip pat dėl labas laba diena ačiū dėkoju pagarbiai linkėjimai gerbiamas gerbiama pridedu prašau lietuvos kuo kas kur kada ten čia visi viskas nes`,
			`-as -is -us -ai -ų -ės -imas -imo -iai -ius -uose -ose -ams -oms -ti -nė -inis -iau`,
		},
		{
			"lv", "āčēģīķļņšūž",
			`un ir ka no uz par ar kā tas arī ne bet lai pēc viņš gan to tā vai tikai jau kas pie līdz bija vēl var pa savu ja es mēs jūs jums mums man tu ļoti vairāk jo šo šī šis būs būtu gadu gada gadā kad tad nav esmu esam tiek tika paldies labdien sveiki ar cieņu lūdzu pielikumā nosūtu cienījamais cienījamā latvijas kur kurā kuru kuri visi viss starp dēļ bez pirms`,
			`-as -is -us -ība -ības -šana -šanas -iem -ām -ēm -ot -ošo -ējs -tāj- -ņu -šu -ā -ē -ību`,
		},
		{
			"vi", "ăâđêôơưàáạảãằắặẳẵầấậẩẫèéẹẻẽềếệểễìíịỉĩòóọỏõồốộổỗờớợởỡùúụủũừứựửữỳýỵỷỹ",
			`và của là có được cho không một trong các những với đã này người để khi đến về từ tôi bạn ông bà anh chị em chúng ta họ nhiều cũng như nhưng đó ra vào lại còn hay sẽ phải làm năm ngày theo trên sau trước tại rất thì mà nếu xin chào cảm ơn trân trọng kính gửi đính kèm vui lòng việc hai nhà`,
			``,
		},
	}
}

// cyrillicTongues are the languages in Cyrillic script.
func cyrillicTongues() []tongue {
	return []tongue{
		{
			"ru", "ыэё",
			`и в не на я что с по это он как к за из у от о для до же то так вы мы бы все его но а или если уже только ее её мне было вот меня еще ещё нет ему теперь когда даже вас нас их чем была сам чтобы без будто чего раз тоже себя под будет тогда кто этот того потому этого какой здесь этом один почти нужно при был были быть который которая которые также между может более после года лет здравствуйте спасибо пожалуйста уважением уважаемый уважаемая добрый день привет вложении прошу всего себе вам нам`,
			`-ость -ости -ого -его -ый -ий -ая -ых -ать -ить -ться -ение -ения -ется -ами -ые -ся -ции -ция -лся -лась -лись -ешь -ете -ишь -щий -щим -щих -ься -нно -ую -ев -ов`,
		},
		{
			"bg", "",
			`на и да в се за е от не с по са че като до това си ще или из които който която бе както но след при още има те той тя ни ви му им го ги ми ме беше били бъде може само още вече много тези този тази във със без под над между според също така защо какво кога къде където когато ако аз ние вие благодаря поздрави поздрав уважение уважаеми уважаема здравейте здравей добър ден прикачен моля приложен един една едно години година години през защото няма бяха всички всичко след повече`,
			`-ът -ят -ия -ите -ата -ето -та -то -ция -ване -ване- -ение -ост -ъ- -ски -ява -ние -ият`,
		},
		{
			"uk", "іїєґ",
			`і в на не що з у та до це як за від по але про є для так його а й ми ви я він вона вони ще вже при або їх був була було були бути який яка які також між може більше після року років цього цей ця тому коли де лише тільки якщо нас вас нам вам мене мені свій свої добрий день дякую дякуємо повагою вітаю шановний шановна додаток додатку прошу будь ласка який якого україни через під над щоб чи`,
			`-ість -ості -ого -ий -ій -ти -ться -ння -ють -ами -ї -ії -ція -ють -ськ- -ів`,
		},
		{
			"sr", "ђјљњћџ",
			`и у је да се на за су од са а о не који као што која то из није би или по ће до које те сам али био године више само ако јер бити како још може све била има након било пре код његов тако смо сте нам вам нас вас ми ви они већ када где ово ова овај тога своје између против хвала поштовањем поштовани поздрав добар дан молим прилогу шаљем срдачан`,
			`-је- -ње -ња -ост -има -ама -ски -ске -ови -ћи -ање -ење -ити -ија`,
		},
	}
}

// arabicTongues are the languages in Arabic script.
func arabicTongues() []tongue {
	return []tongue{
		{
			"ar", "ةىأإؤيك",
			`في من على إلى أن التي الذي عن مع هذا هذه كان ما لا قد بعد ذلك كل بين أو لم كما قبل حيث عند غير لكن نحن أنت هو هي أنا تم منذ حتى وقد وفي ومن يوم عام خلال شكرا شكراً تحية السلام عليكم مرفق السيد السيدة الرجاء يرجى لك لكم`,
			`ال- وال- بال- -ات -ون -ين -ها لل- -ية`,
		},
		{
			"fa", "پچژگکی",
			`و در به از که این را با است برای آن یک خود تا بر هم نیز شده شد می اما یا ما هر من تو او شما آنها بود هستند باشد کرد کند کرده خواهد دارد داشت باید ای های همه پس دیگر پیش سلام ممنون تشکر متشکرم احترام لطفا لطفاً پیوست جناب آقای خانم سرکار روز سال مورد دو`,
			`می- -های -ها -ترین -تر نمی- -ند -ید -یم -ست`,
		},
		{
			"ur", "ٹڈڑےںہھگچپک",
			`کے کی میں اور ہے سے کا کو اس کہ نے پر ہیں یہ ایک نہیں بھی تھا کر ہو لیے گیا جو اپنے ہی ان وہ کیا جا رہے رہا تو تھے ہوئے شکریہ السلام جناب`,
			``,
		},
		{
			"ckb", "ڕڵۆێەڤ",
			`لە و بە بۆ کە ئەو ئەم لەگەڵ دەکات هەیە نییە بوو یان`,
			``,
		},
	}
}

// devanagariTongues are the languages in Devanagari.
func devanagariTongues() []tongue {
	return []tongue{
		{"hi", "", `के में की है और से का को हैं ने पर यह एक नहीं भी था कि कर हो लिए गया जो अपने ही इस वह क्या रहे रहा तो थे हुए मैं हम आप धन्यवाद नमस्ते कृपया बाद तक साथ थी होता करने किया दिया`, ``},
		{"mr", "ळ", `आहे आणि या व ते हे तर की मी नाही होते होता असे आहेत त्या तो ती आपल्या केली केले झाली झाले करून धन्यवाद नमस्कार कृपया साठी मध्ये`, ``},
		{"ne", "", `छ र को मा यो पनि भने गर्न लागि हो छन् गरेको भएको थियो हुन्छ तथा नेपाल तपाईं हामी धन्यवाद नमस्ते गर्ने भन्ने`, ``},
	}
}
