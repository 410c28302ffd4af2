package analysis

// tables are the languages whose endings are listed here, folded.
var tables = map[string]*table{
	"bg": newTable(3, 2, `ът та то те ите ият ия иата ата ето ове овете и а о е я ът ва ваме вате ват ваш вам ах аха ал ала ало али
		ен ена ено ени на но ни ината ините ента=ент есента=есен`),
	"ca": newTable(3, 1, `s es os as a o e i ar ant at ada ats ades era eren ava aven cions=ci cio=ci ions=i io=i qu=c gues=g`),
	"cs": newTable(3, 2, `a e i o u y ou em um am ami emi ich ech ach ym ymi eho emu ho ovi ove uv ova ovy ova ovu ovou ata at
		l la lo li ly t ti te ame eme ime is it im ite ci=k zi=h`),
	"sk": newTable(3, 2, `a e i o u y ou om em um am ami mi ich och ach ym ymi ych eho emu ho ovi ovia ov ova ovy ovu ovou ej
		l la lo li t te ame eme ime is it im ite ci=k`),
	"pl": newTable(3, 2, `a e i o u y ow owi owie om ami ach em im ym ymi imi ego emu ej a ie iem ich ych iach iami iom
		l la lo li ly lem lam c amy emy imy cie isz esz ci=t rze=r`),
	"hr": newTable(3, 2, `a e i o u om em ima ama ov ev ova eva ove eve ih im og oga omu oj ega emu ovi evi`),
	"sr": newTable(3, 2, `а е и о у ом ем има ама ов ев ова ева ове еве их им ог ога ому ој ега ему ови еви
		a e i o u om em ima ama ov ev ova eva ove eve ih im og oga omu oj ega emu ovi evi`),
	"sl": newTable(3, 2, `a e i o u om em ov ev ama ema oma ih im ega emu imi ami ah eh jo`),
	"uk": newTable(3, 2, `а я о е є и і ї у ю ь ом ем єм ам ям ами ями ах ях ові еві єві ів їв ей ою ею єю ий ій ого ому им их ими
		а яя ої ла ло ли в ть мо те єш єте емо ує ують ати`),
	"lt": newTable(3, 2, `a e i o u y as is us ys es ai iai os ei a ui iu io uo ams ems ose yse uose ais iais aus ias e eje oje oms iu
		imas imo o ies`),
	"lv": newTable(3, 2, `a e i u s is us as es ai am ei em im ij um iem am as os es ji ju jiem jos jas jam t ja`),
	"et": newTable(3, 2, `a e i o u d t s l st le lt ks ni na ta ga de te id ide ele elt es est ete sid dele delt des dest tele telt`),
	"tr": newTable(3, 4, `lar ler lari leri in un nin nun de da te ta den dan ten tan i u yi yu e a ye ya im um imiz umuz iniz unuz si su
		ler la le yla yle di du ti tu dim dum`),
	"sv": newTable(3, 2, `a e n t s en et ar er or na arna erna orna ade at as ens ets`),
	"no": newTable(3, 2, `a e n t s en et er ene ens ets ers enes`),
	"ga": newTable(3, 2, `i a e ai anna acha ithe`),
	"el": newTable(3, 1, `α ασ αδεσ αδων ε εσ ει εισ ετε η ησ ησω ι ια ιασ ιεσ ιων ιο ιου ο οι οσ ου ουσ ων ω υ ασαν ηκε ηκαν ηθηκε
		εται ονται ομαι ουμε ουν εωσ εων ματα=ματ ματοσ=ματ μα=ματ ματων=ματ`),
	"hi": newTable(1, 1, `ा ि ी ु ू े ै ो ौ ां ों ें ियां ियों ियाँ ाएं ाओं ाएँ ुएं ुओं ें ता ती ते ना नी ने ाया ाए ाई ाऊं ाने ाना ाते ाती ाता
		नियों नियाँ नियां`),
	"id": newTable(4, 2, `nya ku mu kah lah pun`),
	"gl": newTable(3, 2, `s es os as a o e cions=cion cion ar ado ada ados adas ando aba aban ns=n`),
	"eu": newTable(3, 1, `a ak ek en ei ean etan ekin ari aren arekin ko rako`),
	"hy": newTable(3, 1, `ը ն ի ին ից ով ում եր ներ երը ները երի ների երին ներին երից ներից երով ներով երում ներում ներն`),
	"fa": newTable(3, 2, `ها های هایی هایم هایش ی ان ات م ش ت`),
	"ur": newTable(3, 1, `وں یں یاں ے ی ا ات`),
}
